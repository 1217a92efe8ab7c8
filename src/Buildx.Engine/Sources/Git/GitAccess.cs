using System.Collections.Immutable;
using System.Text;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Solving;

namespace Buildx.Engine.Sources.Git;

/// <summary>
/// What a remote asks for: git gets it as configuration in its environment, which other users of the machine can't see, as
/// they could a command line.
/// </summary>
/// <param name="Header">Value of the Authorization header, null for none.</param>
/// <param name="Scope">The URLs that get it: those that begin with this.</param>
/// <param name="Ssh">How a remote is reached through ssh; null when it isn't.</param>
internal sealed record GitAccess(string? Header, string Scope, SshAccess? Ssh = null) : IAsyncDisposable
{
    public ImmutableArray<(string Name, string Value)> Configuration =>
        Header is null ? [] : [($"http.{Scope}.extraheader", $"Authorization: {Header}")];

    /// <summary>What must not be seen in output: the header's parts, as git might print any of them.</summary>
    public IEnumerable<string> Secrets => Header is null ? [] : [Header, .. Header.Split(' ').Where(part => part.Length > 6)];

    /// <param name="temporaryPath">For what lives as long as this.</param>
    /// <exception cref="SourceException">A secret can't be a header, or no ssh agent is there.</exception>
    public static async Task<GitAccess> FindAsync(GitSourceRequest request, BuildContext build, string temporaryPath, CancellationToken cancellationToken)
    {
        if (request.IsSsh)
            return new GitAccess(null, request.Url, await SshAccess.OpenAsync(request, build, temporaryPath, cancellationToken));
        if (!request.Url.StartsWith("http", StringComparison.Ordinal))
            return new GitAccess(null, request.Url);
        var host = new Uri(request.Url).Authority;
        // A secret for just this host goes before one for all.
        foreach (var suffix in new[] { "." + host, "" })
        {
            if (await ReadAsync(request.AuthHeaderSecret, suffix, build, cancellationToken) is { } header)
                return new GitAccess(header, ScopeOf(request.Url));
            if (await ReadAsync(request.AuthTokenSecret, suffix, build, cancellationToken) is { } token)
                return new GitAccess("basic " + Encode("x-access-token:" + token), ScopeOf(request.Url));
        }
        return new GitAccess(request.UserInfo.Length == 0 ? null : "basic " + Encode(WithPassword(request.UserInfo)), request.Url);
    }

    public ValueTask DisposeAsync() => Ssh?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<string?> ReadAsync(string secret, string suffix, BuildContext build, CancellationToken cancellationToken)
    {
        if (secret.Length == 0 || await StepSecrets.GetAsync(build, secret + suffix, isOptional: true, cancellationToken) is not { } value)
            return null;
        var text = Encoding.UTF8.GetString(value).Trim();
        return text.Any(char.IsControl) ? throw new SourceException($"secret {secret + suffix}: it has several lines, so it can't be sent to a server") : text;
    }

    // Repositories of GitHub often have submodules of the same owner there.
    private static string ScopeOf(string url) =>
        new[] { "https://github.com/", "https://www.github.com/" }.FirstOrDefault(site => url.StartsWith(site, StringComparison.Ordinal)) ?? url;

    private static string WithPassword(string userInfo) => Uri.UnescapeDataString(userInfo.Contains(':') ? userInfo : userInfo + ":");

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
