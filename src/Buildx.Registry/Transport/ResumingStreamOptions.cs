namespace Buildx.Registry;

/// <param name="Attempts">How many failures in a row end the read.</param>
/// <param name="Silence">A connection that brings nothing for so long is taken for broken.</param>
/// <param name="Delay">How long to wait after so many failures.</param>
public sealed record ResumingStreamOptions(int Attempts, TimeSpan Silence, Func<int, TimeSpan> Delay, TimeProvider Time);
