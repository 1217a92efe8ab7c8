using System.Text.Json.Nodes;

namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>
/// Every key of every exporter with every value that it may have, and the pairs of keys that meet in the code: compression and media types,
/// media types and annotations, platforms and attestations.
/// </summary>
internal static class ExporterVariants
{
    public const string Plain = "--provenance=false";
    public const string Two = "--platform=linux/amd64,linux/arm64";
    private const string Provenance = "--provenance=mode=max";
    private const string Scan = "--sbom=generator={scanner}";
    private const string Epoch = "1700000000";

    public static IReadOnlyList<ExporterVariant> All { get; } =
    [
        new("push", ExporterKind.Push, "", Plain),
        new("push-default", ExporterKind.Push, "", "--provenance=mode=min,inline-only=true"),
        new("push-gzip-0", ExporterKind.Push, "compression=gzip,compression-level=0", Plain),
        new("push-gzip-9-force", ExporterKind.Push, "compression=gzip,compression-level=9,force-compression=true", Plain) { Check = AllLayers("+gzip") },
        new("push-zstd", ExporterKind.Push, "compression=zstd", Plain) { Check = LastLayer("+zstd") },
        new("push-zstd-0", ExporterKind.Push, "compression=zstd,compression-level=0", Plain) { Check = LastLayer("+zstd") },
        new("push-zstd-19-force", ExporterKind.Push, "compression=zstd,compression-level=19,force-compression=true", Plain) { Check = AllLayers("+zstd") },
        new("push-uncompressed", ExporterKind.Push, "compression=uncompressed", Plain) { Check = LastLayer(".tar") },
        new("push-uncompressed-force", ExporterKind.Push, "compression=uncompressed,force-compression=true", Plain) { Check = AllLayers(".tar") },
        new("push-estargz", ExporterKind.Push, "compression=estargz", Plain) { Check = (_, images) => HasTable(images[0]["layers"]!.AsArray()[^1]!) },
        new("push-estargz-1-force", ExporterKind.Push, "compression=estargz,compression-level=1,force-compression=true", Plain) { Check = AllTables },
        new("push-estargz-two", ExporterKind.Push, "compression=estargz,force-compression=true", Two, Provenance) { Check = AllTables },
        new("push-docker", ExporterKind.Push, "oci-mediatypes=false", Plain) { Check = (root, images) => AllDocker(root, images) },
        new("push-docker-gzip-1-force-two", ExporterKind.Push, "oci-mediatypes=false,compression=gzip,compression-level=1,force-compression=true", Plain, Two) { Check = AllDocker },
        new("push-docker-uncompressed", ExporterKind.Push, "oci-mediatypes=false,compression=uncompressed,force-compression=true", Plain) { Check = AllDocker },
        new("push-docker-annotation", ExporterKind.Push, "oci-mediatypes=false,annotation.a=b", Plain) { Check = (_, images) => Equal("b", images[0]["annotations"]!["a"]) },
        new("push-oci", ExporterKind.Push, "oci-mediatypes=true,store=true,unpack=true,registry.insecure=true,prefer-nondist-layers=true", Plain),
        new("push-two", ExporterKind.Push, "", Plain, Two),
        new("push-two-provenance", ExporterKind.Push, "", Provenance, Two) { Check = Attestations(2) },
        new("push-two-provenance-sbom-zstd", ExporterKind.Push, "compression=zstd,force-compression=true", Provenance, Scan, Two) { Check = Attestations(2) },
        new("push-provenance-sbom", ExporterKind.Push, "", Provenance, Scan) { Check = Attestations(1) },
        new("push-artifact", ExporterKind.Push, "oci-artifact=true", Provenance) { Check = Attestations(1) },
        new("push-artifact-two-sbom", ExporterKind.Push, "oci-artifact=true", Provenance, Scan, Two) { Check = Attestations(2) },
        new("push-image-attestations", ExporterKind.Push, "oci-artifact=false", Provenance) { Check = Attestations(1) },
        new("push-inline", ExporterKind.Push, "attestation-inline=true", "--provenance=mode=min,inline-only=true") { Check = Attestations(1) },
        new("push-annotations", ExporterKind.Push, "annotation.a=all,annotation-manifest.m=manifest", Plain)
        {
            Check = (_, images) => Equal("all manifest", $"{images[0]["annotations"]!["a"]} {images[0]["annotations"]!["m"]}"),
        },
        new(
            "push-two-annotations", ExporterKind.Push,
            "annotation.a=all,annotation[linux/arm64].a=arm,annotation-manifest-descriptor.d=each,annotation-manifest-descriptor[linux/amd64].d=amd,annotation-index.i=index", Provenance, Two)
        {
            Check = (root, images) =>
            {
                Equal("all arm", $"{images[0]["annotations"]!["a"]} {images[1]["annotations"]!["a"]}");
                Equal("amd each", $"{root["manifests"]![0]!["annotations"]!["d"]} {root["manifests"]![1]!["annotations"]!["d"]}");
                Equal("index", root["annotations"]!["i"]);
            },
        },
        new("push-by-digest", ExporterKind.Push, "push-by-digest=true", Plain) { Names = "{0}" },
        new("push-by-digest-canonical-two", ExporterKind.Push, "push-by-digest=true,name-canonical=true", Provenance, Two) { Names = "{0}" },
        new("push-names", ExporterKind.Push, "", Plain) { Names = "{0}:1,{0}:2,{0}-other:3" },
        new("push-rewritten", ExporterKind.Push, $"rewrite-timestamp=true,source-date-epoch={Epoch}", Plain),
        new("push-epoch-two-zstd", ExporterKind.Push, $"source-date-epoch={Epoch},compression=zstd", Plain, Two),
        new("push-dangling", ExporterKind.Push, "dangling-name-prefix=none,danging-name-empty-only=true", Plain),

        new("oci", ExporterKind.OciArchive, "", Plain),
        new("oci-zstd", ExporterKind.OciArchive, "tar=true,compression=zstd,force-compression=true", Plain) { Check = AllLayers("+zstd") },
        new("oci-estargz", ExporterKind.OciArchive, "compression=estargz,force-compression=true", Plain) { Check = AllTables },
        new("oci-two", ExporterKind.OciArchive, "", Plain, Two),
        new("oci-two-provenance-sbom", ExporterKind.OciArchive, "", Provenance, Scan, Two) { Check = Attestations(2) },
        new("oci-docker-types", ExporterKind.OciArchive, "oci-mediatypes=false", Plain) { Check = AllDocker },
        new("oci-artifact", ExporterKind.OciArchive, "oci-artifact=true", Provenance) { Check = Attestations(1) },
        new("oci-rewritten-uncompressed", ExporterKind.OciArchive, $"rewrite-timestamp=true,source-date-epoch={Epoch},compression=uncompressed,force-compression=true", Plain) { Check = AllLayers(".tar") },
        new("oci-two-annotations", ExporterKind.OciArchive, "annotation-index.i=index,annotation-index-descriptor.x=descriptor", Plain, Two) { Check = (root, _) => Equal("index", root["annotations"]!["i"]) },
        new("oci-unnamed", ExporterKind.OciArchive, "", Plain) { Names = "" },
        new("oci-names", ExporterKind.OciArchive, "", Plain) { Names = "{0}:1,{0}:2" },

        new("oci-directory", ExporterKind.OciDirectory, "", Plain),
        new("oci-directory-two-provenance-zstd", ExporterKind.OciDirectory, "compression=zstd", Provenance, Two) { Check = Attestations(2) },
        new("oci-directory-estargz", ExporterKind.OciDirectory, "compression=estargz", Plain),
        new("oci-directory-docker-types", ExporterKind.OciDirectory, "oci-mediatypes=false", Plain) { Check = AllDocker },
        new("oci-directory-unnamed", ExporterKind.OciDirectory, "", Plain) { Names = "" },
        new("oci-directory-names", ExporterKind.OciDirectory, "", Plain) { Names = "{0}:1,{0}:2" },

        new("docker", ExporterKind.DockerArchive, "", Plain),
        new("docker-zstd", ExporterKind.DockerArchive, "tar=true,compression=zstd", Plain) { Check = LastLayer("+zstd") },
        new("docker-estargz", ExporterKind.DockerArchive, "compression=estargz,force-compression=true", Plain) { Check = AllTables },
        new("docker-docker-types-uncompressed", ExporterKind.DockerArchive, "oci-mediatypes=false,compression=uncompressed,force-compression=true", Plain) { Check = AllDocker },
        new("docker-names", ExporterKind.DockerArchive, "", Plain) { Names = "{0}:1,{0}:2" },
        new("docker-directory", ExporterKind.DockerDirectory, "", Plain),

        new("local", ExporterKind.Files, "", Plain),
        new("local-two", ExporterKind.Files, "", Plain, Two),
        new("local-split", ExporterKind.Files, "platform-split=true", Plain),
        new("local-provenance-prefix", ExporterKind.Files, "attestation-prefix=about-", Provenance, Scan),
        new("local-delete-epoch", ExporterKind.Files, $"mode=delete,source-date-epoch={Epoch}", Plain),
        new("tar", ExporterKind.FilesArchive, "", Plain),
        new("tar-two-provenance", ExporterKind.FilesArchive, "platform-split=true", Provenance, Two),
        new("tar-epoch", ExporterKind.FilesArchive, $"source-date-epoch={Epoch}", Plain),
    ];

    private static void Equal(string expected, object? actual) => Assert.Equal(expected, actual?.ToString());

    private static string TypeOf(JsonNode descriptor) => descriptor["mediaType"]!.ToString();

    private static Action<JsonNode, IReadOnlyList<JsonNode>> AllLayers(string ending) =>
        (_, images) => Assert.All(images.SelectMany(image => image["layers"]!.AsArray()), layer => Assert.EndsWith(ending, TypeOf(layer!), StringComparison.Ordinal));

    private static Action<JsonNode, IReadOnlyList<JsonNode>> LastLayer(string ending) =>
        (_, images) => Assert.All(images, image => Assert.EndsWith(ending, TypeOf(image["layers"]!.AsArray()[^1]!), StringComparison.Ordinal));

    private static void AllTables(JsonNode root, IReadOnlyList<JsonNode> images) => Assert.All(images.SelectMany(image => image["layers"]!.AsArray()), layer => HasTable(layer!));

    private static void HasTable(JsonNode layer)
    {
        Assert.StartsWith("sha256:", layer["annotations"]!["containerd.io/snapshot/stargz/toc.digest"]!.ToString(), StringComparison.Ordinal);
        Assert.True(long.Parse(layer["annotations"]!["io.containers.estargz.uncompressed-size"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture) > 0);
    }

    private static void AllDocker(JsonNode root, IReadOnlyList<JsonNode> images)
    {
        Assert.StartsWith("application/vnd.docker.distribution.manifest.", TypeOf(root), StringComparison.Ordinal);
        Assert.All(images, image => Assert.All(image["layers"]!.AsArray().Append(image["config"]), descriptor => Assert.StartsWith("application/vnd.docker.", TypeOf(descriptor!), StringComparison.Ordinal)));
    }

    /// <summary>One manifest with statements for each image.</summary>
    private static Action<JsonNode, IReadOnlyList<JsonNode>> Attestations(int images) => (root, _) => Assert.Equal(
        root["manifests"]!.AsArray().Take(images).Select(image => image!["digest"]!.ToString()),
        root["manifests"]!.AsArray().Skip(images).Select(statement => statement!["annotations"]!["vnd.docker.reference.digest"]!.ToString()));
}
