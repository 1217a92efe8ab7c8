using System.Globalization;
using Buildx.Engine.Server.Configuration;

namespace Buildx.Engine.CacheTransfer.Stores.GitHub;

/// <summary>The attributes of <c>type=gha</c>.</summary>
/// <param name="Url">Of the cache service, without a slash at its end.</param>
/// <param name="IsSecond">It has the second version of the API.</param>
/// <param name="Scope">Keeps caches of one repository apart.</param>
/// <param name="Repository">With <paramref name="ApiToken"/>: whose keys to list instead of asking for each.</param>
internal sealed record GitHubOptions(string Url, bool IsSecond, RuntimeToken Token, string Scope, TimeSpan Timeout, string? Repository, string? ApiToken)
{
    private const string SecondHost = "results-receiver.actions.githubusercontent.com";

    /// <summary>Content is sent in parts of this size.</summary>
    public int PartSize { get; init; } = 32 << 20;

    public string ApiUrl { get; init; } = "https://api.github.com";

    /// <summary>For messages: not all of the address, which has a part that only its job is to know.</summary>
    public string Name => $"GitHub's cache service at {new Uri(Url).Authority}";

    // Whoever prints a record is not to print tokens.
    public override string ToString() => $"{Name}, {Scope}";

    /// <exception cref="CacheTransferException">An attribute is missing or makes no sense.</exception>
    public static GitHubOptions Read(CacheAttributes attributes, Func<string, string?> environment, DateTimeOffset now)
    {
        var version = attributes.Text("version") switch
        {
            null => 0,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            var text => throw attributes.Invalid("version", text, "1 or 2"),
        };
        var second = version == 1 ? null : attributes.Text("url_v2");
        var url = second ?? attributes.Text("url") ?? throw new CacheTransferException($"{attributes.Purpose} type=gha: url is missing: it is ACTIONS_RESULTS_URL (or ACTIONS_CACHE_URL) of GitHub's job");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CacheTransferException($"{attributes.Purpose} type=gha: url is not an address");
        var options = new GitHubOptions(
            url.TrimEnd('/'),
            second is not null || version == 2 || (version == 0 && address.Host == SecondHost),
            RuntimeToken.Parse(
                attributes.Text("token") ?? throw new CacheTransferException($"{attributes.Purpose} type=gha: token is missing: it is ACTIONS_RUNTIME_TOKEN of GitHub's job"), attributes.Purpose, now),
            attributes.Text("scope") ?? "buildkit",
            attributes.Text("timeout") is not { } timeout ? TimeSpan.FromMinutes(10)
                : ConfigurationUnits.TryParseDuration(timeout, out var duration) ? duration
                : throw attributes.Invalid("timeout", timeout, "a duration, e.g. 10m"),
            attributes.Text("repository"),
            attributes.Text("ghtoken"));
        return environment("GITHUB_API_URL") is { Length: > 0 } api ? options with { ApiUrl = api.TrimEnd('/') } : options;
    }
}
