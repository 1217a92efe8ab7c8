namespace Buildx.Oci;

/// <summary>Media types of images, OCI's and Docker's, and what they say about content.</summary>
public static class MediaTypes
{
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciEmpty = "application/vnd.oci.empty.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";
    public const string OciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string OciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
    public const string OciNonDistributableLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    public const string OciNonDistributableLayerGzip = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    public const string OciNonDistributableLayerZstd = "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd";

    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>The manifest of Docker's first registry format, which nobody makes any more.</summary>
    public const string DockerManifestV1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    public const string DockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";
    public const string DockerForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar";
    public const string DockerForeignLayerGzip = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

    /// <summary>What a client asks a registry for when it wants a manifest of any kind that is understood here.</summary>
    public static IReadOnlyList<string> Manifests { get; } = [OciIndex, OciManifest, DockerManifestList, DockerManifest];

    /// <summary>A list of manifests, e.g. one per platform.</summary>
    public static bool IsIndex(string? mediaType) => mediaType is OciIndex or DockerManifestList;

    /// <summary>The manifest of one image.</summary>
    public static bool IsManifest(string? mediaType) => mediaType is OciManifest or DockerManifest;

    public static bool IsConfig(string? mediaType) => mediaType is OciConfig or DockerConfig;

    /// <summary>A file system layer, of whatever compression.</summary>
    public static bool IsLayer(string? mediaType) => mediaType is
        OciLayer or OciLayerGzip or OciLayerZstd or
        OciNonDistributableLayer or OciNonDistributableLayerGzip or OciNonDistributableLayerZstd or
        DockerLayer or DockerLayerGzip or DockerLayerZstd or DockerForeignLayer or DockerForeignLayerGzip;

    /// <summary>A layer whose licence keeps registries from passing it on; it is fetched from <see cref="Descriptor.Urls"/>.</summary>
    public static bool IsNonDistributable(string? mediaType) => mediaType is
        OciNonDistributableLayer or OciNonDistributableLayerGzip or OciNonDistributableLayerZstd or DockerForeignLayer or DockerForeignLayerGzip;

    public static bool IsDocker(string? mediaType) =>
        mediaType is not null && mediaType.StartsWith("application/vnd.docker.", StringComparison.Ordinal);

    public static bool IsGzip(string? mediaType) =>
        mediaType is not null && (mediaType.EndsWith("+gzip", StringComparison.Ordinal) || mediaType.EndsWith(".gzip", StringComparison.Ordinal));

    public static bool IsZstd(string? mediaType) =>
        mediaType is not null && (mediaType.EndsWith("+zstd", StringComparison.Ordinal) || mediaType.EndsWith(".zstd", StringComparison.Ordinal));

    /// <summary>The same kind of content in OCI's or in Docker's words; what has no counterpart stays as it is.</summary>
    public static string Translate(string mediaType, bool oci) => oci
        ? mediaType switch
        {
            DockerManifestList => OciIndex,
            DockerManifest => OciManifest,
            DockerConfig => OciConfig,
            DockerLayer => OciLayer,
            DockerLayerGzip => OciLayerGzip,
            DockerLayerZstd => OciLayerZstd,
            DockerForeignLayer => OciNonDistributableLayer,
            DockerForeignLayerGzip => OciNonDistributableLayerGzip,
            _ => mediaType,
        }
        : mediaType switch
        {
            OciIndex => DockerManifestList,
            OciManifest => DockerManifest,
            OciConfig => DockerConfig,
            OciLayer => DockerLayer,
            OciLayerGzip => DockerLayerGzip,
            OciLayerZstd => DockerLayerZstd,
            OciNonDistributableLayer => DockerForeignLayer,
            OciNonDistributableLayerGzip => DockerForeignLayerGzip,
            _ => mediaType,
        };
}
