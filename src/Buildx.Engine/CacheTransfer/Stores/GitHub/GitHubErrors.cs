using System.Net;
using System.Text.Json;

namespace Buildx.Engine.CacheTransfer.Stores.GitHub;

/// <summary>Errors of GitHub's cache service, of both versions; and of the store behind it, whose errors are Azure's.</summary>
internal sealed class GitHubErrors : IStoreErrors
{
    public const string Exists = "already_exists";

    public StoreError Read(HttpResponseMessage response, string body)
    {
        if (response.Headers.TryGetValues("x-ms-error-code", out var codes))
            return new StoreError(response.StatusCode, codes.First(), XmlAnswer.Element(body, "Message")?.Split('\n')[0].Trim() ?? "");
        try
        {
            var error = JsonSerializer.Deserialize(body.TrimStart('\uFEFF'), GitHubJson.Default.GitHubErrorBody);
            var code = error?.TypeKey ?? error?.Code ?? "";
            var message = error?.Message ?? error?.Msg ?? "";
            return new StoreError(
                response.StatusCode,
                code.Contains("AlreadyExists", StringComparison.Ordinal) || message.Contains("already exists", StringComparison.OrdinalIgnoreCase) ? Exists : code,
                message);
        }
        catch (JsonException)
        {
            return new StoreError(response.StatusCode, "", "");
        }
    }

    public string? Advise(StoreError error) => error.Status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "The token has expired, or may not do this: a job's token lives as long as the job, and one for a pull request of a fork may only read",
        HttpStatusCode.TooManyRequests => "GitHub limits how often its cache is asked: use mode=min, or a cache in a registry",
        HttpStatusCode.NotFound => "Check url, and whether version=1 or version=2 is right for it",
        _ => null,
    };
}
