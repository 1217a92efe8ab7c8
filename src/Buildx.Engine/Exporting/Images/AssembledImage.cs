using System.Collections.Immutable;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Exporting.Images;

/// <summary>A finished image: its JSON is in the content store, its layers are there or still where they came from.</summary>
/// <param name="Target">The index, or the only manifest.</param>
/// <param name="Index">Null when the image is a single manifest.</param>
internal sealed record AssembledImage(Descriptor Target, ImageIndex? Index, ImmutableArray<AssembledManifest> Manifests)
{
    /// <summary>Every blob the manifests point at, each once, configs before the layers.</summary>
    public IEnumerable<LayerBlob> DistinctLayers => Manifests.SelectMany(manifest => manifest.Layers).DistinctBy(layer => layer.Descriptor.Digest);
}

/// <param name="Descriptor">With platform and annotations.</param>
internal sealed record AssembledManifest(
    Descriptor Descriptor, Descriptor Config, DateTimeOffset? Created, ImmutableArray<LayerBlob> Layers);
