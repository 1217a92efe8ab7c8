namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>What a program can't read of what is right.</summary>
/// <param name="Says">Part of what it says then.</param>
internal sealed record ReaderLimit(string Reader, Func<ExporterVariant, bool> Of, string Says, string Reason)
{
    public static IReadOnlyList<ReaderLimit> All { get; } =
    [
        new("umoci", variant => variant.Kind != ExporterKind.Push && variant.Has("oci-mediatypes=false"), "descriptor does not point to ispec.MediaTypeImageManifest", "it knows no manifest of Docker's"),
        new("umoci", variant => variant is { Kind: ExporterKind.OciArchive, Names: "" }, "tag is not found", "it finds an image by its tag only"),
        new("umoci", variant => variant.Compression == "zstd" && (variant.Kind == ExporterKind.Push || !variant.IsIndex), "blob is not correct mediatype: application/vnd.oci.image.layer.v1.tar+zstd", "it knows no zstd"),
        new("umoci", variant => variant.Kind != ExporterKind.Push && variant.IsIndex, "tag is ambiguous", "it chooses no platform of an index"),
        new("skopeo", variant => variant.Kind is ExporterKind.OciDirectory && variant.Has("oci-mediatypes=false"), "no descriptor found for reference", "by a tag it finds only manifests of OCI's"),
        new(
            "docker", variant => variant.Kind is ExporterKind.OciArchive or ExporterKind.OciDirectory or ExporterKind.DockerDirectory, "no such file or directory",
            "without containerd's image store it wants a manifest.json"),
        new("docker with containerd's store", variant => variant is { Kind: ExporterKind.OciDirectory, Names: "" }, "Unable to find image 'latest:latest'", "it takes a tag that stands alone for a name, and does not find it then"),
        new(
            "podman", variant => variant.Kind is ExporterKind.OciArchive or ExporterKind.OciDirectory && variant.Names.Contains(','), "more than one image in oci",
            "it takes two names of one image for two images"),
    ];

    public static ReaderLimit? Find(string reader, ExporterVariant variant) => All.FirstOrDefault(limit => limit.Reader == reader && limit.Of(variant));
}
