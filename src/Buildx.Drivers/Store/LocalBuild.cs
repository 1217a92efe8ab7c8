namespace Buildx.Drivers.Store;

/// <summary>What only this machine knows of a build: where it was built from.</summary>
/// <param name="LocalPath">The context: a directory, a URL, or <c>-</c>.</param>
/// <param name="DockerfilePath">Empty when none was named.</param>
public sealed record LocalBuild(string Target, string LocalPath, string DockerfilePath, string? GroupRef = null);
