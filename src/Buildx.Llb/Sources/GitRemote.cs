using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Buildx.Llb;

/// <summary>Where a git repository is: a URL, or the short form of ssh (<c>git@host:path</c>).</summary>
/// <param name="Host">With its port, if any.</param>
/// <param name="Url">What to give to git: without query and fragment.</param>
public sealed partial record GitRemote(string Scheme, string Host, string Path, string Query, string Fragment, string Url)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out GitRemote? remote)
    {
        remote = null;
        // Paths are asked about far more often than repositories.
        if (!text.Contains(':'))
            return false;
        var scheme = SchemePattern().Match(text);
        if (scheme.Success)
        {
            var name = scheme.Value[..^3].ToLowerInvariant();
            if (name is not ("http" or "https" or "ssh" or "git"))
                return false;
            var (rest, query, fragment) = Split(text[scheme.Length..]);
            var slash = rest.IndexOf('/');
            var authority = slash < 0 ? rest : rest[..slash];
            var path = slash < 0 ? "" : rest[slash..];
            remote = new GitRemote(name, authority[(authority.LastIndexOf('@') + 1)..], Uri.UnescapeDataString(path), query, fragment, $"{name}://{rest}");
            return true;
        }
        var scp = ScpPattern().Match(text);
        if (!scp.Success)
            return false;
        var (scpPath, scpQuery, scpFragment) = Split(scp.Groups["path"].Value);
        remote = new GitRemote(
            "ssh", scp.Groups["host"].Value, scpPath, scpQuery, scpFragment, $"{scp.Groups["user"].Value}@{scp.Groups["host"].Value}:{scpPath}");
        return true;
    }

    private static (string Location, string Query, string Fragment) Split(string text)
    {
        var hash = text.IndexOf('#');
        var fragment = hash < 0 ? "" : text[(hash + 1)..];
        if (hash >= 0)
            text = text[..hash];
        var mark = text.IndexOf('?');
        return mark < 0 ? (text, "", fragment) : (text[..mark], text[(mark + 1)..], fragment);
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9]+://")]
    private static partial Regex SchemePattern();

    [GeneratedRegex(@"\A(?<user>[a-zA-Z0-9-_.]+)@(?<host>[a-zA-Z0-9-.]+):(?<path>.*)\z", RegexOptions.Singleline)]
    private static partial Regex ScpPattern();
}
