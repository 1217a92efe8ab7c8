using Buildx.Oci;

namespace Buildx.Engine.Server.Configuration;

/// <summary>Which frontends builds may have.</summary>
/// <param name="HasDockerfile">Whether there is <c>dockerfile.v0</c>.</param>
/// <param name="HasGateway">Whether there is <c>gateway.v0</c>, which runs images.</param>
/// <param name="Repositories">Where these images may come from, e.g. <c>docker.io/library/frontend</c>; empty is from anywhere.</param>
internal sealed record FrontendLimits(bool HasDockerfile, bool HasGateway, IReadOnlyList<string> Repositories)
{
    public static FrontendLimits None { get; } = new(true, true, []);

    public bool Allows(ImageReference image) => Repositories.Count == 0 || Repositories.Contains(image.Repository);
}
