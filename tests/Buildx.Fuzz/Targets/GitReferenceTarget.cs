namespace Buildx.Fuzz.Targets;

/// <summary>Reads names of git repositories.</summary>
internal sealed class GitReferenceTarget : IFuzzTarget
{
    public string Name => "git";

    public IEnumerable<string> Seeds =>
    [
        "https://github.com/a/b.git#main:dir", "git@github.com:a/b.git", "ssh://git@host:22/a/b.git#v1", "git://host/a", "github.com/a/b", "https://u:p@h/a.git?ref=x&subdir=y&checksum=abc&submodules=false",
        "https://h/a.git?tag=v1&keep-git-dir=1&mtime=commit&fetch-by-commit", "http://h/x", "./a.git", "file:///a/.git", "https://h/a.git?branch=b#c",
    ];

    public IReadOnlyList<string> Words { get; } =
        ["https://", "git@", "ssh://", "git://", "github.com/", ".git", "#", ":", "?", "&", "=", "ref", "tag", "branch", "subdir", "checksum", "commit", "submodules", "%2F", "%", "@", "/", "..", "[::1]", "\0", "é"];

    public void Run(string input)
    {
        try
        {
            if (GitReference.TryParse(input, out var reference))
                _ = reference.ToSourceOptions();
        }
        catch (FormatException e) when (e.Message.Length > 0)
        {
            // A query that makes no sense is refused.
        }
    }
}
