using System.Text;
using Buildx.Oci;

namespace Buildx.Cli.Values;

/// <summary>An image of an OCI layout on this machine: <c>oci-layout://PATH[:TAG][@DIGEST]</c>.</summary>
internal sealed record LayoutReference(OciLayout Layout, Digest Digest)
{
    public const string Scheme = "oci-layout://";

    /// <summary>How the engine calls the layout: the same in every build, so that builds that share it share their steps.</summary>
    public string StoreId { get; init; } = Digest.Sha256(Encoding.UTF8.GetBytes(Layout.DirectoryPath)).Hex[..32];

    /// <summary>For the frontend.</summary>
    public string Source => $"{Scheme}{StoreId}@{Digest}";

    /// <exception cref="CliException">There is no such layout, or no such image in it.</exception>
    public static LayoutReference Parse(string flag, string text)
    {
        var path = text[Scheme.Length..];
        Digest? digest = null;
        string? tag = null;
        if (path.LastIndexOf('@') is var at and > 0)
        {
            if (!Digest.TryParse(path[(at + 1)..], out var parsed))
                throw new CliException($"{flag}: {text}: \"{path[(at + 1)..]}\" is not a digest");
            (digest, path) = (parsed, path[..at]);
        }
        if (!Directory.Exists(path) && path.LastIndexOf(':') is var colon and > 0 && !path.AsSpan(colon).Contains('/'))
            (tag, path) = (path[(colon + 1)..], path[..colon]);
        if (!Directory.Exists(path))
        {
            throw new CliException(File.Exists(path)
                ? $"{flag}: {text}: {path} is a file; an OCI layout is a directory (tar -xf {path} -C DIRECTORY makes one of an archive)"
                : $"{flag}: {text}: there is no directory {path}");
        }
        try
        {
            var layout = OciLayout.Open(Path.GetFullPath(path));
            return new LayoutReference(layout, digest is { } given ? Check(given) : Find());

            Digest Check(Digest wanted) => layout.Contains(wanted) ? wanted : throw new CliException($"{flag}: {text}: the layout has no {wanted}");

            Digest Find() => layout.Find(tag)?.Digest ?? throw new CliException(layout.ListTags() is { Count: > 0 } tags
                ? $"{flag}: {text}: the layout has no image \"{tag ?? "latest"}\"; it has {string.Join(", ", tags)}"
                : $"{flag}: {text}: no image of the layout has a name; name one by its digest: {Scheme}{path}@sha256:…");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{flag}: {text}: {e.Message}", innerException: e);
        }
    }
}
