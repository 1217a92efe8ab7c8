using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Buildx.Oci;

/// <summary>
/// A normalised image reference: <c>host/path[:tag][@digest]</c>. Docker's short names are completed when parsing
/// (<c>busybox</c> is <c>docker.io/library/busybox</c>).
/// </summary>
public sealed partial record ImageReference
{
    public const string DefaultHost = "docker.io";

    private ImageReference(string host, string path, string? tag, Digest? digest) =>
        (Host, Path, Tag, Digest) = (host, path, tag, digest);

    /// <summary>Registry host with optional port, e.g. <c>docker.io</c> or <c>localhost:5000</c>.</summary>
    public string Host { get; }

    /// <summary>Repository path inside the registry, e.g. <c>library/busybox</c>.</summary>
    public string Path { get; }

    public string? Tag { get; private init; }

    public Digest? Digest { get; private init; }

    /// <summary><c>host/path</c>.</summary>
    public string Repository => $"{Host}/{Path}";

    /// <summary>As Docker shows it: <c>busybox:latest</c> instead of <c>docker.io/library/busybox:latest</c>.</summary>
    public string FamiliarName
    {
        get
        {
            var name = Host == DefaultHost
                ? Path.StartsWith("library/", StringComparison.Ordinal) && Path.IndexOf('/', 8) < 0 ? Path[8..] : Path
                : Repository;
            return name + Suffix;
        }
    }

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is { } digest ? "@" + digest.Value : "");

    /// <exception cref="FormatException">Not an image reference; the message says what is wrong with it.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out var reference, out var problem) ? reference : throw new FormatException(problem);

    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference) => TryParse(text, out reference, out _);

    private static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        problem = null;
        var rest = text ?? "";
        Digest? digest = null;
        string? tag = null;
        var at = rest.IndexOf('@');
        if (at >= 0)
        {
            if (!Oci.Digest.TryParse(rest[(at + 1)..], out var parsed))
                problem = $"invalid image reference \"{text}\": what follows @ is not a digest";
            digest = parsed;
            rest = rest[..at];
        }
        var slash = rest.IndexOf('/');
        string host, path;
        if (slash > 0 && (rest.AsSpan(0, slash).ContainsAny('.', ':') || rest[..slash] == "localhost" || rest[..slash].Any(char.IsAsciiLetterUpper)))
            (host, path) = (rest[..slash], rest[(slash + 1)..]);
        else
            (host, path) = (DefaultHost, rest);
        var colon = path.LastIndexOf(':');
        if (colon >= 0)
            (path, tag) = (path[..colon], path[(colon + 1)..]);
        if (host == "index.docker.io")
            host = DefaultHost;
        if (host == DefaultHost && path.Length > 0 && !path.Contains('/'))
            path = "library/" + path;
        problem ??=
            string.IsNullOrEmpty(text) ? "an image reference must not be empty"
            : path.Any(char.IsAsciiLetterUpper) ? $"invalid image reference \"{text}\": repository name must be lowercase"
            : !PathPattern().IsMatch(path) ? $"invalid image reference \"{text}\": \"{path}\" is not a repository name"
            : !HostPattern().IsMatch(host) ? $"invalid image reference \"{text}\": \"{host}\" is not a registry host"
            : tag is not null && !TagPattern().IsMatch(tag) ? $"invalid image reference \"{text}\": \"{tag}\" is not a tag"
            : null;
        if (problem is not null)
            return false;
        reference = new ImageReference(host, path, tag, digest);
        return true;
    }

    public ImageReference WithTag(string tag) => this with { Tag = tag, Digest = null };

    public ImageReference WithDigest(Digest digest) => this with { Digest = digest };

    /// <summary>Adds <c>:latest</c> where neither tag nor digest is given.</summary>
    public ImageReference WithDefaultTag() => Tag is null && Digest is null ? this with { Tag = "latest" } : this;

    /// <summary>The full name, <c>host/path[:tag][@digest]</c>.</summary>
    public override string ToString() => Repository + Suffix;

    // distribution/reference's grammar.
    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\A(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?\z")]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"\A[\w][\w.-]{0,127}\z")]
    private static partial Regex TagPattern();
}
