using Buildx.Oci;

namespace Buildx.Cli.ImageTools;

/// <summary>A source that was found: where, what it is, and its manifest or index.</summary>
internal sealed record SourceImage(ImageReference Repository, Descriptor Descriptor, byte[] Json)
{
    public bool IsIndex => MediaTypes.IsIndex(Descriptor.MediaType);
}
