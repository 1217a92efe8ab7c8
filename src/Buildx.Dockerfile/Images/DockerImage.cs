using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Dockerfile;

/// <summary>An image's configuration: OCI's, with Docker's additions.</summary>
public sealed record DockerImage
{
    [JsonPropertyName("created")]
    public string? Created { get; init; }

    [JsonPropertyName("author")]
    public string? Author { get; init; }

    [JsonPropertyName("architecture")]
    public string Architecture { get; init; } = "";

    [JsonPropertyName("variant")]
    public string? Variant { get; init; }

    [JsonPropertyName("os")]
    public string Os { get; init; } = "";

    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    [JsonPropertyName("os.features")]
    public IReadOnlyList<string>? OsFeatures { get; init; }

    [JsonPropertyName("rootfs")]
    public ImageRootFileSystem RootFileSystem { get; init; } = new();

    [JsonPropertyName("history")]
    public IReadOnlyList<ImageHistoryEntry>? History { get; init; }

    [JsonPropertyName("config")]
    public ImageConfig Config { get; init; } = new();

    [JsonIgnore]
    public Oci.Platform Platform => new Oci.Platform(Os, Architecture, string.IsNullOrEmpty(Variant) ? null : Variant) { OsVersion = OsVersion };

    /// <summary>What <c>FROM scratch</c> starts with.</summary>
    public static DockerImage Empty(Oci.Platform platform) => new()
    {
        Architecture = platform.Architecture,
        Variant = platform.Variant,
        Os = platform.Os,
        OsVersion = platform.OsVersion,
        RootFileSystem = new ImageRootFileSystem { Type = "layers" },
        Config = new ImageConfig
        {
            WorkingDirectory = "/",
            Environment = platform.Os == "windows" ? null : ["PATH=" + DefaultPath],
        },
    };

    internal const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <exception cref="FormatException">Not an image configuration.</exception>
    public static DockerImage Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, DockerImageJson.Default.DockerImage) ?? throw new FormatException("the image's configuration is empty");
        }
        catch (JsonException e)
        {
            throw new FormatException($"the image's configuration cannot be read: {e.Message}", e);
        }
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, DockerImageJson.Default.DockerImage);
}
