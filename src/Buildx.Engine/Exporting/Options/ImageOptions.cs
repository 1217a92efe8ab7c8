using System.Text;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Exporting.Options;

/// <summary>How an image is put together: what <c>type=image</c>, <c>oci</c> and <c>docker</c> have in common.</summary>
/// <param name="OciMediaTypes">OCI's media types, else Docker's.</param>
/// <param name="ConfigOverrides">Image configs that the client gave itself, by platform id (empty: for all).</param>
/// <param name="AttestationArtifacts">Statements as artifacts that name their subject, else in the form of images.</param>
/// <param name="PreferNonDistributableLayers">Leave layers that registries must not pass on as they are, instead of making them ordinary ones.</param>
internal sealed record ImageOptions(
    ImageNames Names,
    bool OciMediaTypes,
    LayerCompression Compression,
    SourceDateEpoch Epoch,
    bool RewriteTimestamp,
    bool PreferNonDistributableLayers,
    ImageAnnotations Annotations,
    IReadOnlyDictionary<string, byte[]> ConfigOverrides,
    bool InlineAttestations,
    bool AttestationArtifacts)
{
    private const string ConfigKey = "containerimage.config";

    /// <param name="inlineAttestations">Whether statements that only belong into an index are reason enough for one.</param>
    public static ImageOptions Take(ExporterAttributes attributes, bool inlineAttestations)
    {
        var oci = attributes.TakeFlag("oci-mediatypes") ?? true;
        var type = attributes.TakeChoice(
            "compression",
            ("uncompressed", CompressionType.Uncompressed), ("gzip", CompressionType.Gzip), ("estargz", CompressionType.EStargz), ("zstd", CompressionType.Zstd)) ?? CompressionType.Gzip;
        if (type is CompressionType.Zstd or CompressionType.EStargz && !oci)
            throw new ExportException($"output type={attributes.Exporter}: compression={(type is CompressionType.Zstd ? "zstd" : "estargz")} conflicts with oci-mediatypes=false");
        var artifacts = attributes.TakeFlag("oci-artifact") ?? false;
        if (artifacts && !oci)
            throw new ExportException($"output type={attributes.Exporter}: oci-artifact=true conflicts with oci-mediatypes=false");
        var options = new ImageOptions(
            ImageNames.Take(attributes),
            oci,
            new LayerCompression(
                type,
                attributes.TakeNumber("compression-level", 0, type is CompressionType.Zstd ? 22 : 9),
                attributes.TakeFlag("force-compression") ?? false,
                OciMediaTypes: oci),
            SourceDateEpoch.Take(attributes),
            attributes.TakeFlag("rewrite-timestamp") ?? false,
            attributes.TakeFlag("prefer-nondist-layers") ?? false,
            ImageAnnotations.Take(attributes),
            attributes.TakePrefixed(ConfigKey)
                .Where(attribute => attribute.Key == ConfigKey || attribute.Key.StartsWith(ConfigKey + "/", StringComparison.Ordinal))
                .ToDictionary(attribute => attribute.Key[ConfigKey.Length..].TrimStart('/'), attribute => Encoding.UTF8.GetBytes(attribute.Value)),
            attributes.TakeFlag("attestation-inline") ?? inlineAttestations,
            artifacts);
        // The rest is the client's own business.
        attributes.Ignore("prefer-image-digest", "dest", "context", "buildinfo", "buildinfo-attrs");
        return options;
    }
}
