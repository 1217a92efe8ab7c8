namespace Buildx.Drivers.Store;

/// <summary>Builds that one command has made.</summary>
/// <param name="Targets">As they were asked for.</param>
/// <param name="Refs">The builds.</param>
public sealed record LocalBuildGroup(IReadOnlyList<string>? Targets, IReadOnlyList<string> Refs);
