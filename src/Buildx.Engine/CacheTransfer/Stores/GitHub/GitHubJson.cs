using System.Text.Json.Serialization;

namespace Buildx.Engine.CacheTransfer.Stores.GitHub;

/// <summary>An entry to be made, in both versions of the API.</summary>
internal sealed record NewEntry(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("version")] string Version);

internal sealed record FirstReservation([property: JsonPropertyName("cacheId")] long CacheId);

internal sealed record FirstCommit([property: JsonPropertyName("size")] long Size);

internal sealed record FirstEntry(
    [property: JsonPropertyName("cacheKey")] string? Key,
    [property: JsonPropertyName("archiveLocation")] string? Location);

internal sealed record SecondReservation(
    [property: JsonPropertyName("ok")] bool Ok,
    [property: JsonPropertyName("signed_upload_url")] string? Url);

internal sealed record SecondCommit(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("size_bytes")] long Size,
    [property: JsonPropertyName("version")] string Version);

internal sealed record SecondCommitted([property: JsonPropertyName("ok")] bool Ok);

internal sealed record SecondQuery(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("restore_keys")] IReadOnlyList<string> RestoreKeys,
    [property: JsonPropertyName("version")] string Version);

internal sealed record SecondEntry(
    [property: JsonPropertyName("ok")] bool Ok,
    [property: JsonPropertyName("signed_download_url")] string? Url,
    [property: JsonPropertyName("matched_key")] string? Key);

/// <summary>An error of either version.</summary>
internal sealed record GitHubErrorBody(
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("typeKey")] string? TypeKey,
    [property: JsonPropertyName("code")] string? Code,
    [property: JsonPropertyName("msg")] string? Msg);

/// <summary>A page of the caches of a repository.</summary>
internal sealed record CacheList(
    [property: JsonPropertyName("total_count")] int Total,
    [property: JsonPropertyName("actions_caches")] IReadOnlyList<CacheListItem>? Caches);

internal sealed record CacheListItem([property: JsonPropertyName("key")] string? Key);

[JsonSerializable(typeof(NewEntry))]
[JsonSerializable(typeof(FirstReservation))]
[JsonSerializable(typeof(FirstCommit))]
[JsonSerializable(typeof(FirstEntry))]
[JsonSerializable(typeof(SecondReservation))]
[JsonSerializable(typeof(SecondCommit))]
[JsonSerializable(typeof(SecondCommitted))]
[JsonSerializable(typeof(SecondQuery))]
[JsonSerializable(typeof(SecondEntry))]
[JsonSerializable(typeof(GitHubErrorBody))]
[JsonSerializable(typeof(CacheList))]
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
internal sealed partial class GitHubJson : JsonSerializerContext;
