using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>Images that builds were told to keep, by name. An image keeps its blobs from being collected.</summary>
internal interface IImageTable
{
    /// <summary>
    /// By its name; by its digest where the reference has one, whatever the tag. Counts as a use.
    /// </summary>
    /// <returns>The manifest or index; null when there is none.</returns>
    Descriptor? Find(ImageReference reference);

    /// <summary>Gives an image a name, which may have been another's. All its blobs are in the content store.</summary>
    void Save(ImageReference name, Descriptor target, IReadOnlyCollection<Digest> blobs);
}
