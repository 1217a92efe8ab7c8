using System.Globalization;
using System.Net.Http.Headers;

namespace Buildx.Engine.CacheTransfer.Stores.GitHub;

/// <summary>The first version: <c>_apis/artifactcache</c>, which takes content itself.</summary>
internal sealed class FirstApi(GitHubClient client) : IGitHubApi
{
    private const string Root = "_apis/artifactcache/";
    private const string Accept = "application/json;api-version=6.0-preview.1";

    public async Task<CacheEntry?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var path = $"{Root}cache?keys={Uri.EscapeDataString(key)}&version={GitHubClient.Version}";
        return await client.SendAsync($"look for {key}", HttpMethod.Get, path, GitHubJson.Default.FirstEntry, null, Accept, cancellationToken)
            is { Key: { Length: > 0 } found, Location: { } location } ? new CacheEntry(found, location) : null;
    }

    public async Task<string?> ReserveAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var reservation = await client.SendAsync(
                $"begin {key}",
                HttpMethod.Post,
                Root + "caches",
                GitHubJson.Default.FirstReservation,
                () => GitHubClient.Json(new NewEntry(key, GitHubClient.Version), GitHubJson.Default.NewEntry),
                Accept,
                cancellationToken);
            return reservation is { CacheId: > 0 and var id } ? id.ToString(CultureInfo.InvariantCulture) : throw new StoreException($"failed to begin {key}: {client.Options.Name} gave it no number");
        }
        catch (StoreException e) when (e.Code == GitHubErrors.Exists)
        {
            return null;
        }
    }

    public async Task UploadAsync(string reservation, string key, long size, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken)
    {
        await using var stream = await open(cancellationToken);
        var buffer = new byte[Math.Min(client.Options.PartSize, size)];
        long sent = 0;
        while (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var length)
        {
            var from = sent;
            await client.SendAsync($"write {key}", HttpMethod.Patch, $"{Root}caches/{reservation}", () =>
            {
                var content = new ByteArrayContent(buffer, 0, length);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                content.Headers.TryAddWithoutValidation("Content-Range", $"bytes {from}-{from + length - 1}/*");
                return content;
            }, Accept, cancellationToken);
            sent += length;
        }
        if (sent != size)
            throw new InvalidDataException($"{key} has {sent} bytes, not {size}");
        await client.SendAsync(
            $"complete {key}", HttpMethod.Post, $"{Root}caches/{reservation}", () => GitHubClient.Json(new FirstCommit(size), GitHubJson.Default.FirstCommit), Accept, cancellationToken);
    }
}
