using System.Text.Json.Nodes;

namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>One way to call an exporter.</summary>
/// <param name="Attributes">Of the output, besides type, name and destination; those that may have commas are quoted.</param>
/// <param name="Arguments">Further flags of the build.</param>
internal sealed record ExporterVariant(string Name, ExporterKind Kind, string Attributes, params string[] Arguments)
{
    /// <summary>Without the registry; <c>{0}</c> is the repository.</summary>
    public string Names { get; init; } = "{0}:1";

    public bool Several => Arguments.Contains(ExporterVariants.Two);

    public bool HasAttestations => Arguments.Any(argument => argument.StartsWith("--sbom", StringComparison.Ordinal) || (argument.StartsWith("--provenance", StringComparison.Ordinal) && argument != ExporterVariants.Plain));

    public bool IsIndex => Several || HasAttestations;

    public bool HasArtifacts => Has("oci-artifact=true");

    /// <summary>What the root of the image, and each of its images' manifests, must have.</summary>
    public Action<JsonNode, IReadOnlyList<JsonNode>>? Check { get; init; }

    public string Compression => Attributes.Split(',').FirstOrDefault(part => part.StartsWith("compression=", StringComparison.Ordinal))?["compression=".Length..] ?? "gzip";

    public bool Has(string attribute) => Attributes.Split(',').Contains(attribute);

    public override string ToString() => Name;
}
