using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer;

/// <summary>The attributes of a cache, while they become typed options.</summary>
internal sealed class CacheAttributes(CacheRequest request, string purpose)
{
    public string Type => request.Type;

    public string Purpose => purpose;

    public string? Text(string key) => request.Attributes.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    /// <summary>An attribute for which nothing is a value too.</summary>
    public string TextOrEmpty(string key, string fallback) => request.Attributes.GetValueOrDefault(key, fallback);

    public string Required(string key) => Text(key) ?? throw new CacheTransferException($"{purpose} type={Type}: {key} is missing");

    public bool? Flag(string key) => request.Attributes.GetValueOrDefault(key) switch
    {
        null => null,
        "" => true,
        var text when BooleanText.TryParse(text, out var value) => value,
        var other => throw Invalid(key, other, "true or false"),
    };

    public T Choice<T>(string key, T fallback, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        if (Text(key) is not { } text)
            return fallback;
        var names = new List<string>();
        foreach (var (name, value) in choices)
        {
            if (name == text)
                return value;
            names.Add(name);
        }
        throw Invalid(key, text, string.Join(" or ", names));
    }

    public LayerCompression Compression()
    {
        var type = Choice(
            "compression", CompressionType.Gzip, ("gzip", CompressionType.Gzip), ("zstd", CompressionType.Zstd), ("uncompressed", CompressionType.Uncompressed), ("estargz", CompressionType.EStargz));
        var maximum = type is CompressionType.Zstd ? 22 : 9;
        int? level = Text("compression-level") switch
        {
            null => null,
            var text when int.TryParse(text, out var number) && number >= 0 && number <= maximum => number,
            var text => throw Invalid("compression-level", text, $"a number from 0 to {maximum}"),
        };
        return new LayerCompression(type, level, Flag("force-compression") ?? false);
    }

    public CacheTransferException Invalid(string key, string value, string want) => new($"{purpose} type={Type}: {key}=\"{value}\" is not valid (want {want})");
}
