using System.Text.RegularExpressions;
using Buildx.Engine.Solving;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Sources.Git;

/// <summary>Which tree of which repository is wanted: the <c>git://</c> source of LLB.</summary>
/// <param name="Url">What git is given, without user and password.</param>
/// <param name="UserInfo">What the URL said before its <c>@</c>, for http; a secret.</param>
internal sealed partial record GitSourceRequest(string Url, string UserInfo)
{
    public const string Scheme = "git://";

    /// <summary>Branch, tag, full name or commit; empty for the remote's default branch.</summary>
    public string Reference { get; init; } = "";

    /// <summary>Without slashes around it; empty for everything.</summary>
    public string Subdirectory { get; init; } = "";

    /// <summary>The first digits, or all, of the commit that it must be.</summary>
    public string Checksum { get; init; } = "";

    public bool KeepGitDirectory { get; init; }

    public bool SkipSubmodules { get; init; }

    /// <summary>Files get the time of the commit instead of that of the checkout.</summary>
    public bool UseCommitTime { get; init; }

    public bool FetchByCommit { get; init; }

    public string AuthTokenSecret { get; init; } = "";

    /// <summary>Reached through ssh, with the keys of a client's agent.</summary>
    public bool IsSsh { get; init; }

    /// <summary>Which agent; empty for none.</summary>
    public string SshAgent { get; init; } = "";

    /// <summary>What <c>known_hosts</c> says; empty when nobody knows the host.</summary>
    public string KnownHosts { get; init; } = "";

    public string AuthHeaderSecret { get; init; } = "";

    public override string ToString() => Reference.Length == 0 ? Url : $"{Url}#{Reference}";

    /// <exception cref="SourceException">Not a git source, or one that asks for what can't be had.</exception>
    public static GitSourceRequest Parse(string identifier, IReadOnlyDictionary<string, string> attributes)
    {
        if (!identifier.StartsWith(Scheme, StringComparison.Ordinal))
            throw new SourceException($"\"{identifier}\" is not a git source (want {Scheme}HOST/PATH)");
        var named = ParseRemote(identifier[Scheme.Length..]);
        var remote = attributes.TryGetValue(SourceAttributes.GitFullUrl, out var full) ? ParseRemote(full) : named;
        foreach (var unsupported in new[] { "git.bundle", "git.checkoutbundle", "git.sig.pubkey" })
        {
            if (attributes.GetValueOrDefault(unsupported) is { Length: > 0 } and not "false")
                throw new SourceException($"{Display(remote)}: the attribute {unsupported} is not supported yet");
        }
        var (reference, subdirectory) = SplitFragment(named.Fragment);
        // Over ssh it is only the user's name, and a part of the address.
        var (url, userInfo) = remote.Scheme == "ssh" ? (remote.Url, "") : SplitUserInfo(remote.Url);
        var request = new GitSourceRequest(url, userInfo) { IsSsh = remote.Scheme == "ssh", Reference = reference, Subdirectory = subdirectory };
        foreach (var (name, value) in attributes)
        {
            request = name switch
            {
                SourceAttributes.GitKeepDirectory => request with { KeepGitDirectory = value == "true" },
                SourceAttributes.GitSkipSubmodules => request with { SkipSubmodules = value == "true" },
                SourceAttributes.GitFetchByCommit => request with { FetchByCommit = value == "true" },
                SourceAttributes.GitChecksum => request with { Checksum = value.ToLowerInvariant() },
                SourceAttributes.GitAuthTokenSecret => request with { AuthTokenSecret = value },
                SourceAttributes.GitAuthHeaderSecret => request with { AuthHeaderSecret = value },
                SourceAttributes.GitMountSshSocket => request with { SshAgent = value },
                SourceAttributes.GitKnownSshHosts => request with { KnownHosts = value },
                SourceAttributes.GitModificationTime => request with { UseCommitTime = ParseTime(value) },
                _ => request,
            };
        }
        return request.Checked();
    }

    public static bool IsCommit(string text) => CommitPattern().IsMatch(text);

    /// <summary>The same for the same tree, wherever it comes from.</summary>
    public Digest Identify(GitCommit commit)
    {
        using var key = new KeyHash("git");
        // Without its repository a tag is nothing but the commit.
        key.Add(KeepGitDirectory ? commit.Object : commit.Commit).Add(Subdirectory);
        key.Add(KeepGitDirectory ? $"keep {commit.Reference} {Url}" : "");
        return key.Add(SkipSubmodules ? 1 : 0).Add(UseCommitTime ? 1 : 0).ToDigest();
    }

    private GitSourceRequest Checked()
    {
        if (Reference.StartsWith('-') || Reference.Any(c => char.IsControl(c) || c is ' ' or ':' or '^' or '~' or '?' or '*' or '[' or '\\'))
            throw new SourceException($"{Url}: \"{Reference}\" is not the name of a branch, tag or commit");
        if (Checksum.Length > 0 && !HexPattern().IsMatch(Checksum))
            throw new SourceException($"{this}: the checksum \"{Checksum}\" is not a commit (want its hex digits)");
        if (IsCommit(Reference))
        {
            return Reference.StartsWith(Checksum, StringComparison.Ordinal)
                ? this
                : throw new SourceException($"{this}: the expected checksum is {Checksum}, but the URL asks for another commit");
        }
        if (!FetchByCommit)
            return this;
        if (!IsCommit(Checksum))
            throw new SourceException($"{this}: to fetch by commit, the whole commit must be given as reference or checksum");
        return this with { Reference = Reference.Length == 0 || Reference.StartsWith("refs/", StringComparison.Ordinal) ? Reference : "refs/heads/" + Reference };
    }

    private static GitRemote ParseRemote(string text) => GitRemote.TryParse(text, out var remote) || GitRemote.TryParse("https://" + text, out remote)
        ? remote
        : throw new SourceException($"\"{UrlCredentials.Redact(text)}\" does not name a git repository (want an https, http or git URL)");

    private static string Display(GitRemote remote) => UrlCredentials.Redact(remote.Url);

    private static (string Reference, string Subdirectory) SplitFragment(string fragment)
    {
        var text = Uri.UnescapeDataString(fragment);
        var colon = text.IndexOf(':');
        return colon < 0 ? (text, "") : (text[..colon], UnixPath.Join("/", text[(colon + 1)..])[1..]);
    }

    private static (string Url, string UserInfo) SplitUserInfo(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var slash = url.IndexOf('/', start);
        var at = (slash < 0 ? url : url[..slash]).LastIndexOf('@');
        return at < start ? (url, "") : (url[..start] + url[(at + 1)..], url[start..at]);
    }

    private static bool ParseTime(string value) => value switch
    {
        "" or "checkout" => false,
        "commit" => true,
        _ => throw new SourceException($"{SourceAttributes.GitModificationTime}: \"{value}\" is not known (want checkout or commit)"),
    };

    [GeneratedRegex(@"\A(?:[0-9a-f]{40}|[0-9a-f]{64})\z")]
    private static partial Regex CommitPattern();

    [GeneratedRegex(@"\A[0-9a-f]+\z")]
    private static partial Regex HexPattern();
}
