namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>What a variant has left.</summary>
/// <param name="Destination">The file or directory; nothing for a push.</param>
/// <param name="Digest">The image's; empty for files.</param>
internal sealed record ExporterResult(ExporterVariant Variant, string Destination, IReadOnlyList<string> Names, string Digest)
{
    /// <summary>The image in its registry.</summary>
    public string Reference => Names[0].Contains(':', StringComparison.Ordinal) && Names[0][Names[0].LastIndexOf('/')..].Contains(':', StringComparison.Ordinal) ? Names[0] : $"{Names[0]}@{Digest}";

    public bool IsArchive => Variant.Kind is ExporterKind.OciArchive or ExporterKind.DockerArchive;

    /// <summary>An OCI layout as a directory: the output itself, or what an archive has been unpacked to.</summary>
    public string Layout => IsArchive ? Destination + ".layout" : Destination;
}
