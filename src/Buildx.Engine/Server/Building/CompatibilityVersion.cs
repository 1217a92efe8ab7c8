namespace Buildx.Engine.Server.Building;

/// <summary>The way of putting images together that a build pins, by BuildKit's numbers.</summary>
internal static class CompatibilityVersion
{
    private const string MediaTypesAttribute = "oci-mediatypes";

    /// <summary>BuildKit 0.15 to 0.31: images have Docker's media types unless something in them needs OCI's.</summary>
    private const long DockerMediaTypes = 20;

    private const long Current = 30;

    /// <param name="version">0 for the current one.</param>
    /// <param name="isAttested">Whether the build has attestations, for which Docker's types have no place.</param>
    /// <exception cref="NotSupportedException">There is no such version, or it is too old.</exception>
    public static List<ExporterRequest> Apply(long version, List<ExporterRequest> exporters, bool isAttested) => version switch
    {
        0 or Current => exporters,
        DockerMediaTypes => exporters.ConvertAll(exporter => WithMediaTypes(exporter, isAttested)),
        _ => throw new NotSupportedException($"compatibility-version {version} is not supported by this builder (want {DockerMediaTypes} or {Current})"),
    };

    private static ExporterRequest WithMediaTypes(ExporterRequest exporter, bool isAttested)
    {
        if (exporter.Type is not ("image" or "docker") || exporter.Attributes.ContainsKey(MediaTypesAttribute))
            return exporter;
        var needsOci = isAttested || exporter.Attributes.GetValueOrDefault("compression") is "zstd" or "estargz";
        return exporter with { Attributes = new Dictionary<string, string>(exporter.Attributes) { [MediaTypesAttribute] = needsOci ? "true" : "false" } };
    }
}
