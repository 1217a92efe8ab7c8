using Buildx.Cli.Values;
using Buildx.Llb;

namespace Buildx.Cli.Baking;

/// <summary>Credentials for the repository that a definition comes from: <c>BUILDX_BAKE_GIT_AUTH_TOKEN</c> and <c>…_HEADER</c>, as secrets for its host alone.</summary>
internal static class GitCredentials
{
    public static IReadOnlyList<SecretSpec> For(string url)
    {
        if (!GitRemote.TryParse(url, out var remote))
            return [];
        return [.. new[] { ("GIT_AUTH_TOKEN", "BUILDX_BAKE_GIT_AUTH_TOKEN"), ("GIT_AUTH_HEADER", "BUILDX_BAKE_GIT_AUTH_HEADER") }
            .Where(pair => Environment.GetEnvironmentVariable(pair.Item2) is { Length: > 0 })
            .Select(pair => new SecretSpec($"{pair.Item1}.{remote.Host}", null, pair.Item2))];
    }

    /// <summary>Whether two addresses are of one host.</summary>
    public static bool HaveOneHost(string url, string other) =>
        GitRemote.TryParse(url, out var left) && GitRemote.TryParse(other, out var right) && left.Host.Equals(right.Host, StringComparison.OrdinalIgnoreCase);
}
