using System.Text.Json;

namespace Buildx.Engine.CacheTransfer.Stores.GitHub;

/// <summary>The keys of a repository's caches from GitHub's public API: one question for a hundred of them.</summary>
internal sealed class RepositoryKeys(GitHubOptions options, HttpClient http, TimeProvider time)
{
    private const int PageSize = 100;
    private const int MaximumAnswer = 4 << 20;

    private readonly StoreClient _client = new(
        http, $"GitHub at {new Uri(options.ApiUrl).Authority}", new GitHubErrors(), new StoreRetries(attempts: 4, TimeSpan.FromMinutes(1), together: false), time);

    /// <returns>Null where they can't be had, so that each has to be asked for.</returns>
    public async Task<IReadOnlySet<string>?> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        if (options.Repository is not { } repository || options.ApiToken is not { } token)
            return null;
        var keys = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var scope in options.Token.Readable)
            {
                for (var (page, total) = (1, int.MaxValue); (page - 1) * PageSize < total; page++)
                {
                    var list = await ReadPageAsync(repository, token, prefix, scope, page, cancellationToken);
                    total = list.Total;
                    keys.UnionWith((list.Caches ?? []).Select(cache => cache.Key).OfType<string>());
                }
            }
            return keys;
        }
        catch (Exception e) when (e is StoreException or JsonException)
        {
            return null;
        }
    }

    private async Task<CacheList> ReadPageAsync(string repository, string token, string prefix, string scope, int page, CancellationToken cancellationToken)
    {
        var path = string.Join('/', repository.Split('/').Select(Uri.EscapeDataString));
        var url = $"{options.ApiUrl}/repos/{path}/actions/caches?per_page={PageSize}&page={page}&key={Uri.EscapeDataString(prefix)}&ref={Uri.EscapeDataString(scope)}";
        var request = new StoreRequest("list the caches of " + repository, _ =>
        {
            var message = new HttpRequestMessage(HttpMethod.Get, url);
            message.Headers.TryAddWithoutValidation("Accept", "application/vnd.github+json");
            message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            message.Headers.TryAddWithoutValidation("X-GitHub-Api-Version", "2022-11-28");
            return ValueTask.FromResult(message);
        });
        using var response = await _client.SendAsync(request, cancellationToken);
        return JsonSerializer.Deserialize(await _client.ReadAsync(request, response, MaximumAnswer, cancellationToken), GitHubJson.Default.CacheList) ?? new CacheList(0, null);
    }
}
