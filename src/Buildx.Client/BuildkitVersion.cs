namespace Buildx.Client;

/// <param name="Package">E.g. <c>github.com/moby/buildkit</c>.</param>
public sealed record BuildkitVersion(string Package, string Version, string Revision);
