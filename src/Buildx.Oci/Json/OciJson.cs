using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Buildx.Oci;

/// <summary>
/// Reads and writes the JSON of images. Writing is compact and stable: equal values give equal bytes, maps are sorted,
/// absent values are left out, and <c>&lt; &gt; &amp;</c> stay what they are.
/// </summary>
public static class OciJson
{
    private static readonly OciJsonContext Context = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 64,
    });

    private static readonly OciJsonContext IndentedContext = new(new JsonSerializerOptions(Context.Options) { WriteIndented = true, NewLine = "\n" });

    public static byte[] Serialize(ImageManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, Context.ImageManifest);

    public static byte[] Serialize(ImageIndex index) => JsonSerializer.SerializeToUtf8Bytes(index, Context.ImageIndex);

    /// <summary>Over several lines, two blanks deeper each.</summary>
    public static byte[] SerializeIndented(ImageIndex index) => JsonSerializer.SerializeToUtf8Bytes(index, IndentedContext.ImageIndex);

    public static byte[] Serialize(ImageConfig config) => JsonSerializer.SerializeToUtf8Bytes(config, Context.ImageConfig);

    public static byte[] Serialize(Descriptor descriptor) => JsonSerializer.SerializeToUtf8Bytes(descriptor, Context.Descriptor);

    public static byte[] Serialize(Platform platform) => JsonSerializer.SerializeToUtf8Bytes(platform, Context.Platform);

    internal static byte[] Serialize(OciLayoutMarker marker) => JsonSerializer.SerializeToUtf8Bytes(marker, Context.OciLayoutMarker);

    /// <exception cref="InvalidDataException">Not the JSON of an image manifest.</exception>
    public static ImageManifest ParseManifest(ReadOnlySpan<byte> json)
    {
        var manifest = Parse(json, Context.ImageManifest, "image manifest");
        if (manifest.Config is null)
            throw new InvalidDataException("the image manifest has no config");
        return manifest.Layers is null ? manifest with { Layers = [] } : manifest;
    }

    /// <exception cref="InvalidDataException">Not the JSON of an image index.</exception>
    public static ImageIndex ParseIndex(ReadOnlySpan<byte> json)
    {
        var index = Parse(json, Context.ImageIndex, "image index");
        return index.Manifests is null ? index with { Manifests = [] } : index;
    }

    /// <exception cref="InvalidDataException">Not the JSON of an image config.</exception>
    public static ImageConfig ParseConfig(ReadOnlySpan<byte> json) => Parse(json, Context.ImageConfig, "image config");

    /// <exception cref="InvalidDataException">Not the JSON of a descriptor.</exception>
    public static Descriptor ParseDescriptor(ReadOnlySpan<byte> json) => Parse(json, Context.Descriptor, "descriptor");

    /// <exception cref="InvalidDataException">Not the JSON of a platform.</exception>
    public static Platform ParsePlatform(ReadOnlySpan<byte> json) => Parse(json, Context.Platform, "platform");

    internal static OciLayoutMarker ParseLayoutMarker(ReadOnlySpan<byte> json) => Parse(json, Context.OciLayoutMarker, "oci-layout file");

    /// <summary>
    /// The media type of a manifest or index by its content, for registries and layouts that do not say. Null when it is neither.
    /// </summary>
    public static string? DetectManifestType(ReadOnlySpan<byte> json)
    {
        ManifestProbe? probe;
        try
        {
            probe = JsonSerializer.Deserialize(WithoutByteOrderMark(json), Context.ManifestProbe);
        }
        catch (JsonException)
        {
            return null;
        }
        return probe switch
        {
            null => null,
            { MediaType: { Length: > 0 } type } => type,
            { FsLayers: not null } => MediaTypes.DockerManifestV1,
            { Manifests: not null } => MediaTypes.OciIndex,
            { Config: not null } => MediaTypes.OciManifest,
            _ => null,
        };
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(WithoutByteOrderMark(json), type) ?? throw new InvalidDataException($"the {what} is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"invalid {what}: {e.Message}", e);
        }
    }

    private static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> json) =>
        json.StartsWith("\uFEFF"u8) ? json[3..] : json;
}
