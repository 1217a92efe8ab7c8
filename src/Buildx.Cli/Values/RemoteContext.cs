using Buildx.Dockerfile;

namespace Buildx.Cli.Values;

/// <summary>Contexts that the engine fetches itself: git repositories and what web servers have.</summary>
internal static class RemoteContext
{
    /// <summary>Whether it is a URL; a directory of the same name must be looked for first.</summary>
    /// <exception cref="CliException">It is one of a git repository, and its query is wrong.</exception>
    public static bool IsRemote(string text)
    {
        if (text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal))
            return IsGit(text) || Uri.IsWellFormedUriString(text, UriKind.Absolute);
        return IsGit(text);
    }

    /// <summary>Whether it is a git repository that is reached through ssh.</summary>
    public static bool IsSsh(string text) => Find(text) is { Remote.Scheme: "ssh" };

    private static bool IsGit(string text) => Find(text) is not null;

    private static GitReference? Find(string text)
    {
        try
        {
            return GitReference.TryParse(text, out var reference) ? reference : null;
        }
        catch (FormatException e)
        {
            throw new CliException(e.Message);
        }
    }
}
