using System.Globalization;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Records;

/// <summary>Layers as a cache's manifest lists them: with what they unpack to, and when they were made.</summary>
internal static class CacheDescriptors
{
    public const string DiffIdAnnotation = "containerd.io/uncompressed";
    private const string CreatedAtAnnotation = "buildkit/createdat";

    public static Descriptor Describe(LayerBlob layer, DateTimeOffset? createdAt, bool ociMediaTypes)
    {
        var annotations = new Dictionary<string, string> { [DiffIdAnnotation] = layer.DiffId.Value };
        if (createdAt is { } time)
            annotations[CreatedAtAnnotation] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
        if (EStargzFacts.Of(layer.Descriptor) is { } facts)
        {
            foreach (var (key, value) in facts.ToAnnotations())
                annotations[key] = value;
        }
        return new Descriptor(MediaTypes.Translate(layer.Descriptor.MediaType, ociMediaTypes), layer.Descriptor.Digest, layer.Descriptor.Size) { Annotations = annotations };
    }

    public static CacheConfigLayerDescription ToDescription(Descriptor descriptor, Digest diffId) => new(
        descriptor.MediaType,
        diffId,
        descriptor.Size,
        descriptor.Annotations?.GetValueOrDefault(CreatedAtAnnotation) is { } time ? DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) : default);

    /// <inheritdoc cref="Read(Descriptor, IBlobSource?)"/>
    public static LayerBlob? Read(CacheConfigLayer layer, IBlobSource? source) =>
        layer.Description is { MediaType: { } type, DiffId.IsEmpty: false, Size: >= 0 } description && MediaTypes.IsLayer(type)
            ? new LayerBlob(new Descriptor(MediaTypes.Translate(type, oci: true), layer.Blob, description.Size), description.DiffId, source)
            : null;

    /// <summary>Null for what does not say what it unpacks to: it could not be verified.</summary>
    public static LayerBlob? Read(Descriptor descriptor, IBlobSource? source) =>
        descriptor.Annotations is { } annotations && annotations.TryGetValue(DiffIdAnnotation, out var text) && Digest.TryParse(text, out var diffId) && MediaTypes.IsLayer(descriptor.MediaType)
            ? new LayerBlob(
                new Descriptor(MediaTypes.Translate(descriptor.MediaType, oci: true), descriptor.Digest, descriptor.Size) { Annotations = EStargzFacts.Of(descriptor)?.ToAnnotations() }, diffId, source)
            : null;
}
