using System.Text;
using System.Text.Json.Serialization.Metadata;
using Buildx.Engine.CacheTransfer.Stores.Azure;

namespace Buildx.Engine.CacheTransfer.Stores.GitHub;

/// <summary>The second version: a service that says where in Azure's storage to write and to read.</summary>
internal sealed class SecondApi(GitHubClient client) : IGitHubApi
{
    private const string Root = "twirp/github.actions.results.api.v1.CacheService/";

    public async Task<CacheEntry?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var query = new SecondQuery(key, [key], GitHubClient.Version);
        return await CallAsync($"look for {key}", "GetCacheEntryDownloadURL", query, GitHubJson.Default.SecondQuery, GitHubJson.Default.SecondEntry, cancellationToken)
            is { Ok: true, Url: { } url } found ? new CacheEntry(found.Key ?? key, url) : null;
    }

    public async Task<string?> ReserveAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(
                $"begin {key}", "CreateCacheEntry", new NewEntry(key, GitHubClient.Version), GitHubJson.Default.NewEntry, GitHubJson.Default.SecondReservation, cancellationToken)
                is { Ok: true, Url: { } url } ? url : throw new StoreException($"failed to begin {key}: {client.Options.Name} did not say where to write it");
        }
        catch (StoreException e) when (e.Code == GitHubErrors.Exists)
        {
            return null;
        }
    }

    public async Task UploadAsync(string reservation, string key, long size, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken)
    {
        await using (var stream = await open(cancellationToken))
        {
            var buffer = new byte[Math.Min(client.Options.PartSize, size)];
            var blocks = new List<string>();
            long sent = 0;
            while (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var length)
            {
                blocks.Add(Convert.ToBase64String(Encoding.ASCII.GetBytes($"{blocks.Count:D32}")));
                await PutAsync(key, $"{reservation}&comp=block&blockid={Uri.EscapeDataString(blocks[^1])}", () => new ByteArrayContent(buffer, 0, length), cancellationToken);
                sent += length;
            }
            if (sent != size)
                throw new InvalidDataException($"{key} has {sent} bytes, not {size}");
            var list = $"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{string.Concat(blocks.Select(id => $"<Latest>{id}</Latest>"))}</BlockList>";
            await PutAsync(key, reservation + "&comp=blocklist", () => new ByteArrayContent(Encoding.UTF8.GetBytes(list)), cancellationToken);
        }
        var commit = new SecondCommit(key, size, GitHubClient.Version);
        if (await CallAsync($"complete {key}", "FinalizeCacheEntryUpload", commit, GitHubJson.Default.SecondCommit, GitHubJson.Default.SecondCommitted, cancellationToken) is not { Ok: true })
            throw new StoreException($"failed to complete {key}: {client.Options.Name} did not keep it");
    }

    /// <summary>The address is signed: no other credentials go there.</summary>
    private async Task PutAsync(string key, string url, Func<HttpContent> content, CancellationToken cancellationToken)
    {
        using var response = await client.Store.SendAsync(
            new StoreRequest($"write {key}", _ =>
            {
                var message = new HttpRequestMessage(HttpMethod.Put, url) { Content = content() };
                message.Headers.TryAddWithoutValidation("x-ms-version", AzureSharedKey.Version);
                return ValueTask.FromResult(message);
            }),
            cancellationToken);
    }

    private Task<TAnswer?> CallAsync<TQuestion, TAnswer>(
        string purpose, string name, TQuestion question, JsonTypeInfo<TQuestion> questionType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
        where TAnswer : class =>
        client.SendAsync(purpose, HttpMethod.Post, Root + name, answerType, () => GitHubClient.Json(question, questionType), null, cancellationToken);
}
