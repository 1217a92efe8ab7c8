using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Finds out what an image's name means at the moment. Supplied by whoever converts; it reaches registries, or a test's table.</summary>
public interface IImageMetadataResolver
{
    /// <param name="stepName">How to show the work, e.g. <c>[internal] load metadata for docker.io/library/busybox:latest</c>.</param>
    Task<ImageMetadata> ResolveAsync(ImageReference reference, Platform platform, string stepName, CancellationToken cancellationToken);
}
