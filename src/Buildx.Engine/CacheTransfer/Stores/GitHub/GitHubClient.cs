using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Buildx.Engine.CacheTransfer.Stores.GitHub;

/// <summary>Sends what both versions of the API have in common: JSON with the job's token, and content to addresses that need none.</summary>
internal sealed class GitHubClient(GitHubOptions options, HttpClient http, TimeProvider time)
{
    private const int MaximumAnswer = 1 << 20;

    /// <summary>Entries of another version are not seen. It is the same for all that BuildKit has written.</summary>
    public static readonly string Version = Convert.ToHexStringLower(SHA256.HashData("|go-actionscache-1.0"u8));

    private readonly StoreClient _client = new(
        http, options.Name, new GitHubErrors(), new StoreRetries(attempts: 100, options.Timeout, together: true), time);

    public GitHubOptions Options => options;

    /// <summary>For content that does not go to GitHub itself.</summary>
    public StoreClient Store => _client;

    /// <returns>Null where the answer is empty.</returns>
    /// <exception cref="StoreException"/>
    public async Task<T?> SendAsync<T>(
        string purpose, HttpMethod method, string path, JsonTypeInfo<T> type, Func<HttpContent>? content, string? accept, CancellationToken cancellationToken)
        where T : class
    {
        var request = Request(purpose, method, path, content, accept);
        using var response = await _client.SendAsync(request, cancellationToken);
        var body = await _client.ReadAsync(request, response, MaximumAnswer, cancellationToken);
        try
        {
            return response.StatusCode == HttpStatusCode.NoContent || body.Length == 0 ? null : JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException e)
        {
            throw new StoreException($"failed to {purpose}: {options.Name} answered something else than its API says; check url and version", e);
        }
    }

    /// <summary>Sends what needs no answer.</summary>
    /// <exception cref="StoreException"/>
    public async Task SendAsync(string purpose, HttpMethod method, string path, Func<HttpContent> content, string? accept, CancellationToken cancellationToken)
    {
        using var response = await _client.SendAsync(Request(purpose, method, path, content, accept), cancellationToken);
    }

    public static HttpContent Json<T>(T value, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(value, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private StoreRequest Request(string purpose, HttpMethod method, string path, Func<HttpContent>? content, string? accept) => new(purpose, _ =>
    {
        var message = new HttpRequestMessage(method, $"{options.Url}/{path}") { Content = content?.Invoke() };
        message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + options.Token.Text);
        if (accept is not null)
            message.Headers.TryAddWithoutValidation("Accept", accept);
        return ValueTask.FromResult(message);
    });
}
