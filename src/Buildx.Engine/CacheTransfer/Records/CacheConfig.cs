using System.Text.Json.Serialization;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Records;

/// <summary>BuildKit's cache config, <c>application/vnd.buildkit.cacheconfig.v0</c>: layers and records that point at each other by number.</summary>
internal sealed record CacheConfig
{
    public const string MediaType = "application/vnd.buildkit.cacheconfig.v0";

    [JsonPropertyName("layers")]
    public IReadOnlyList<CacheConfigLayer>? Layers { get; init; }

    [JsonPropertyName("records")]
    public IReadOnlyList<CacheConfigRecord>? Records { get; init; }

    /// <summary>Contents of cache mounts. BuildKit passes over them.</summary>
    [JsonPropertyName("mounts")]
    public IReadOnlyList<CacheConfigMount>? Mounts { get; init; }
}

internal sealed record CacheConfigMount(
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("seed")] string? Seed,
    [property: JsonPropertyName("blob")] Digest Blob,
    [property: JsonPropertyName("uid")] uint Uid,
    [property: JsonPropertyName("gid")] uint Gid,
    [property: JsonPropertyName("permissions")] uint Permissions,
    [property: JsonPropertyName("annotations")] CacheConfigLayerDescription? Description);

/// <param name="Parent">The layer below; -1 for none. Zero is left out.</param>
internal sealed record CacheConfigLayer(
    [property: JsonPropertyName("blob")] Digest Blob,
    [property: JsonPropertyName("parent"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Parent)
{
    /// <summary>What a manifest says where there is one.</summary>
    [JsonPropertyName("annotations")]
    public CacheConfigLayerDescription? Description { get; init; }
}

/// <param name="CreatedAt">The year 1 where it is not known.</param>
internal sealed record CacheConfigLayerDescription(
    [property: JsonPropertyName("mediaType")] string? MediaType,
    [property: JsonPropertyName("diffID")] Digest DiffId,
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt);

internal sealed record CacheConfigRecord
{
    /// <summary>A layer that stands for itself and all below it.</summary>
    [JsonPropertyName("layers")]
    public IReadOnlyList<CacheConfigResult>? Results { get; init; }

    /// <summary>Layers one by one, for results that are no chain.</summary>
    [JsonPropertyName("chains")]
    public IReadOnlyList<CacheConfigChain>? Chains { get; init; }

    [JsonPropertyName("digest")]
    public Digest Digest { get; init; }

    /// <summary>Whose builds have it. BuildKit passes over it.</summary>
    [JsonPropertyName("platforms")]
    public IReadOnlyCollection<string>? Platforms { get; init; }

    [JsonPropertyName("inputs")]
    public IReadOnlyList<IReadOnlyList<CacheConfigInput>>? Inputs { get; init; }
}

internal sealed record CacheConfigResult(
    [property: JsonPropertyName("layer")] int Layer,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt);

internal sealed record CacheConfigChain(
    [property: JsonPropertyName("layers")] IReadOnlyList<int> Layers,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt);

internal sealed record CacheConfigInput(
    [property: JsonPropertyName("link")] int Link)
{
    [JsonPropertyName("selector")]
    public string? Selector { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CacheConfig))]
[JsonSerializable(typeof(IReadOnlyList<CacheConfigRecord>))]
internal sealed partial class CacheConfigJson : JsonSerializerContext;
