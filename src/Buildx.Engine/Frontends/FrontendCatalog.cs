using Buildx.Engine.Frontends.Dockerfile;
using Buildx.Oci;

namespace Buildx.Engine.Frontends;

/// <summary>The frontends by the names that clients use.</summary>
internal static class FrontendCatalog
{
    /// <exception cref="NotSupportedException">There is no such frontend here; the message says which there are.</exception>
    public static IFrontend Find(string name, IReadOnlyDictionary<string, string> options)
    {
        switch (name)
        {
            case "dockerfile.v0":
                return new DockerfileFrontend();
            case "gateway.v0":
                var source = options.GetValueOrDefault("source", "");
                // The official Dockerfile frontend is the built-in one, packed as an image.
                if (ImageReference.TryParse(source, out var image) && image.Repository is "docker.io/docker/dockerfile" or "docker.io/docker/dockerfile-upstream")
                    return new DockerfileFrontend();
                throw new NotSupportedException($"frontend image {source} can't be run: only the built-in Dockerfile frontend is supported in this version");
            default:
                throw new NotSupportedException($"frontend {name} is not known; there are dockerfile.v0 and gateway.v0");
        }
    }
}
