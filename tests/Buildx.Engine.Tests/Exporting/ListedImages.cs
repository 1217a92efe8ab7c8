using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Exporting;

/// <summary>Images by name, in memory.</summary>
internal sealed class ListedImages : IImageTable
{
    public Dictionary<string, (Descriptor Target, IReadOnlyCollection<Digest> Blobs)> Saved { get; } = [];

    public Descriptor? Find(ImageReference reference) => Saved.TryGetValue(reference.WithDefaultTag().ToString(), out var image) ? image.Target : null;

    public void Save(ImageReference name, Descriptor target, IReadOnlyCollection<Digest> blobs) => Saved[name.WithDefaultTag().ToString()] = (target, blobs);
}
