using System.Collections.Concurrent;
using Buildx.Dockerfile;
using Buildx.Oci;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>Looks images up through the engine, each once per request and platform.</summary>
internal sealed class BridgeImages(IFrontendBridge bridge, ImageResolveMode mode) : IImageMetadataResolver
{
    private readonly ConcurrentDictionary<(string, Platform), Lazy<Task<ImageMetadata>>> _known = new();

    public Task<ImageMetadata> ResolveAsync(ImageReference reference, Platform platform, string stepName, CancellationToken cancellationToken) => _known
        .GetOrAdd((reference.ToString(), platform), _ => new(async () =>
        {
            var resolved = await bridge.ResolveImageConfigAsync(reference, platform, mode, stepName, cancellationToken);
            return new ImageMetadata(resolved.Digest, resolved.ConfigJson);
        }))
        .Value;
}
