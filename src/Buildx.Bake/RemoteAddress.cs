namespace Buildx.Bake;

/// <summary>Tells an address that an engine fetches from a path.</summary>
public static class RemoteAddress
{
    private static readonly string[] Schemes = ["http://", "https://", "git://", "ssh://", "github.com/"];

    public static bool IsRemote(string text) => Schemes.Any(scheme => text.StartsWith(scheme, StringComparison.Ordinal)) || IsGitOverSsh(text);

    /// <summary><c>USER@HOST:PATH</c>.</summary>
    private static bool IsGitOverSsh(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return at > 0 && colon > at + 1 && !text.AsSpan(0, colon).ContainsAny("/ ") && !text.AsSpan(colon).StartsWith("://");
    }
}
