using Buildx.Engine.Exporting;
using Buildx.Oci;

namespace Buildx.Engine.Attestations;

/// <param name="IsComplete"><c>mode=max</c>: with arguments, graph and Dockerfile; else without what may be private.</param>
/// <param name="InlineOnly">Only where it goes into an image's index, not as a file.</param>
/// <param name="IsVersion1">SLSA v1, else v0.2.</param>
internal sealed record ProvenanceOptions(
    bool IsComplete, bool IsVersion1, string BuilderId, bool IsReproducible, bool InlineOnly, bool NeedsCompleteMaterials, string FileName)
{
    /// <summary>What a build record has.</summary>
    public static ProvenanceOptions ForHistory { get; } = new(true, true, "", false, false, false, "provenance.json");

    public static ProvenanceOptions Parse(IReadOnlyDictionary<string, string> attributes) => new(
        attributes.GetValueOrDefault("mode") switch
        {
            null or "max" or "full" => true,
            "min" => false,
            var other => throw Invalid("mode", other, "min or max"),
        },
        attributes.GetValueOrDefault("version") switch
        {
            null or "" or "v1" => true,
            "v0.2" => false,
            var other => throw Invalid("version", other, "v1 or v0.2"),
        },
        attributes.GetValueOrDefault("builder-id", ""),
        Flag(attributes, "reproducible"),
        Flag(attributes, "inline-only"),
        Flag(attributes, "complete-materials"),
        attributes.GetValueOrDefault("filename") is { Length: > 0 } name ? Path.GetFileName(name) : "provenance.json");

    private static bool Flag(IReadOnlyDictionary<string, string> attributes, string name) => attributes.GetValueOrDefault(name) switch
    {
        null => false,
        "" => true,
        var text when BooleanText.TryParse(text, out var value) => value,
        var other => throw Invalid(name, other, "true or false"),
    };

    private static ExportException Invalid(string name, string value, string want) => new($"provenance: {name}=\"{value}\" is not valid (want {want})");
}
