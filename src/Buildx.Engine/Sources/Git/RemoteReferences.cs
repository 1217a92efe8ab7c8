namespace Buildx.Engine.Sources.Git;

/// <summary>The answer of <c>git ls-remote</c>.</summary>
internal static class RemoteReferences
{
    private const string Head = "HEAD";

    /// <param name="output">Of <c>ls-remote --symref URL HEAD</c>.</param>
    /// <returns>Null when the repository has no default branch, or nothing in it.</returns>
    public static GitCommit? FindDefault(string output)
    {
        string reference = "", commit = "";
        foreach (var (value, name) in Lines(output))
        {
            if (name != Head)
                continue;
            if (value.StartsWith("ref: ", StringComparison.Ordinal))
                reference = value[5..];
            else
                commit = value;
        }
        // A detached HEAD has a commit and no name.
        return GitSourceRequest.IsCommit(commit) ? new GitCommit(reference, commit, commit) : null;
    }

    /// <summary>As git itself, a full name goes before a branch, and a branch before a tag.</summary>
    /// <param name="output">Of <c>ls-remote URL REF REF^{}</c>.</param>
    public static GitCommit? Find(string output, string reference)
    {
        var references = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (value, name) in Lines(output))
            references[name] = value;
        foreach (var name in new[] { Qualify(reference, "refs/"), Qualify(reference, "refs/heads/"), Qualify(reference, "refs/tags/") })
        {
            if (references.TryGetValue(name, out var found) && GitSourceRequest.IsCommit(found))
            {
                var commit = references.TryGetValue(name + "^{}", out var behind) && GitSourceRequest.IsCommit(behind) ? behind : found;
                return new GitCommit(name, found, commit);
            }
        }
        return null;
    }

    private static string Qualify(string reference, string prefix) =>
        reference.StartsWith(prefix, StringComparison.Ordinal) ? reference : prefix + reference;

    private static IEnumerable<(string Value, string Name)> Lines(string output)
    {
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.IndexOf('\t') is var tab and > 0)
                yield return (line[..tab], line[(tab + 1)..].TrimEnd('\r'));
        }
    }
}
