using System.Collections.Immutable;
using Buildx.Engine.Frontends;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Sources.Image;

/// <summary>An image for one platform. Its layers are known, none of them has been fetched for this.</summary>
/// <param name="Reference">With the digest that was asked for, or that the tag stands for: the index's where there is one.</param>
/// <param name="Manifest">The image's own manifest.</param>
/// <param name="Snapshot">The layers, fetched when somebody mounts them.</param>
/// <param name="Layers">Their blobs, lowest first.</param>
internal sealed record ResolvedImage(
    ImageReference Reference, Descriptor Manifest, byte[] ConfigJson, ImageConfig Config, Snapshot Snapshot, ImmutableArray<Descriptor> Layers)
{
    /// <summary>What the reference stands for.</summary>
    public Digest Digest => Reference.Digest!.Value;

    public ResolvedImageConfig ToResolvedConfig() => new(Digest, ConfigJson);
}
