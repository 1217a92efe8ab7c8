namespace Buildx.Client.Debugging;

/// <summary>How a process in a container ended.</summary>
/// <param name="Error">Why it could not run, or was ended; null when it ended by itself.</param>
public sealed record ProcessEnd(int ExitCode, string? Error);
