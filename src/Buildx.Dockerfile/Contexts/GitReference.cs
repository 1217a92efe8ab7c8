using System.Diagnostics.CodeAnalysis;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>A git repository as people write it for a context or <c>ADD</c>: <c>https://host/repo.git#branch:directory</c> or with a query.</summary>
public sealed record GitReference(GitRemote Remote)
{
    public string? Reference { get; init; }

    public string? Subdirectory { get; init; }

    public string? Checksum { get; init; }

    public bool? KeepGitDirectory { get; init; }

    public bool? Submodules { get; init; }

    /// <summary><c>checkout</c> or <c>commit</c>.</summary>
    public string? ModificationTime { get; init; }

    public bool FetchByCommit { get; init; }

    /// <summary><c>github.com/…</c> could also be a path: it is a repository only where a context is meant.</summary>
    public bool LooksLocal { get; init; }

    /// <returns>False when the text does not name a repository.</returns>
    /// <exception cref="FormatException">It does, with a query that is wrong.</exception>
    public static bool TryParse(string text, [NotNullWhen(true)] out GitReference? reference)
    {
        reference = null;
        if (text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal))
            return false;
        // Most sources are paths, and most URLs are of files; a query or a fragment may hide how a repository's URL ends.
        if (!text.Contains(".git", StringComparison.Ordinal) && !text.Contains('%') && text.StartsWith("http", StringComparison.Ordinal))
            return false;
        var looksLocal = text.StartsWith("github.com/", StringComparison.Ordinal);
        if (!GitRemote.TryParse(looksLocal ? "https://" + text : text, out var remote))
            return false;
        if (!looksLocal && remote.Scheme is "http" or "https" && !remote.Path.EndsWith(".git", StringComparison.Ordinal))
            return false;
        var colon = remote.Fragment.IndexOf(':');
        var branch = colon < 0 ? remote.Fragment : remote.Fragment[..colon];
        var directory = colon < 0 ? "" : UnixPath.Join("/", remote.Fragment[(colon + 1)..])[1..];
        reference = new GitReference(remote)
        {
            Reference = branch.Length > 0 ? Uri.UnescapeDataString(branch) : null,
            Subdirectory = directory.Length > 0 ? Uri.UnescapeDataString(directory) : null,
            LooksLocal = looksLocal,
        }.WithQuery(text, remote.Query);
        return true;
    }

    public GitSourceOptions ToSourceOptions() => new()
    {
        Reference = Reference,
        Subdirectory = Subdirectory,
        Checksum = Checksum,
        KeepGitDirectory = KeepGitDirectory ?? false,
        SkipSubmodules = Submodules == false,
        ModificationTime = ModificationTime,
        FetchByCommit = FetchByCommit,
    };

    private GitReference WithQuery(string text, string query)
    {
        var result = this;
        string? tag = null, branch = null;
        var seen = new HashSet<string>();
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=');
            var key = Uri.UnescapeDataString(equals < 0 ? part : part[..equals]);
            var value = equals < 0 ? "" : Uri.UnescapeDataString(part[(equals + 1)..].Replace('+', ' '));
            if (!seen.Add(key))
                throw Wrong(text, $"\"{key}\" is there twice");
            if (value.Length == 0 && key is not ("submodules" or "keep-git-dir" or "fetch-by-commit"))
                throw Wrong(text, $"\"{key}\" has no value");
            bool Flag() => value.Length == 0 || (BooleanText.TryParse(value, out var flag) ? flag : throw Wrong(text, $"{key}={value} must be true or false"));
            switch (key)
            {
                case "ref":
                    result = result.WithReference(text, value);
                    break;
                case "tag":
                    tag = value.StartsWith("refs/tags/", StringComparison.Ordinal) ? value : "refs/tags/" + value;
                    break;
                case "branch":
                    branch = value.StartsWith("refs/heads/", StringComparison.Ordinal) ? value : "refs/heads/" + value;
                    break;
                case "subdir" when result.Subdirectory is null || result.Subdirectory == value:
                    result = result with { Subdirectory = value };
                    break;
                case "subdir":
                    throw Wrong(text, $"two different directories: {result.Subdirectory} and {value}");
                case "checksum" or "commit":
                    result = result with { Checksum = value };
                    break;
                case "keep-git-dir":
                    result = result with { KeepGitDirectory = Flag() };
                    break;
                case "submodules":
                    result = result with { Submodules = Flag() };
                    break;
                case "fetch-by-commit":
                    result = result with { FetchByCommit = Flag() };
                    break;
                case "mtime" when value is "checkout" or "commit":
                    result = result with { ModificationTime = value };
                    break;
                default:
                    throw Wrong(text, $"\"{key}\" is not known{Suggestion.Phrase(key, ["ref", "tag", "branch", "subdir", "checksum", "commit", "keep-git-dir", "submodules", "mtime", "fetch-by-commit"])}");
            }
        }
        if (tag is not null && branch is not null)
            throw Wrong(text, "it names both a tag and a branch");
        return tag is not null ? result.WithReference(text, tag) : branch is not null ? result.WithReference(text, branch) : result;
    }

    private GitReference WithReference(string text, string value) => Reference is null || Reference == value
        ? this with { Reference = value }
        : throw Wrong(text, $"two different references: {Reference} and {value}");

    private static FormatException Wrong(string text, string problem) => new($"the query of the git URL {text} is wrong: {problem}");
}
