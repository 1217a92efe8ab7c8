using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>A file behind a URL, as <c>ADD</c> takes it.</summary>
internal static class RemoteFile
{
    /// <summary>A git repository is none, though its URL looks like one.</summary>
    public static bool IsUrl(string source) =>
        (source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal))
        && !(GitReference.TryParse(source, out var git) && !git.LooksLocal);

    public static string NameOf(string url)
    {
        var path = Uri.TryCreate(url, UriKind.Absolute, out var uri) ? Uri.UnescapeDataString(uri.AbsolutePath) : "";
        var name = UnixPath.FileName(path);
        return name is "." or "/" ? "__unnamed__" : name;
    }

    /// <returns>Null for none.</returns>
    /// <exception cref="FormatException"/>
    public static Digest? ParseChecksum(string text) => text.Length == 0 ? null : Digest.TryParse(text, out var digest)
        ? digest
        : throw new FormatException($"--checksum={text} is no digest (want sha256:<64 hex digits>)");
}
