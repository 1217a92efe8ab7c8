using Buildx.Oci;

namespace Buildx.Cli.History;

/// <summary>A document that goes with a record: a manifest, a statement about the build.</summary>
/// <param name="Type">What it states, or its media type.</param>
internal sealed record RecordAttachment(string Digest, Platform? Platform, string Type)
{
    private const string ProvenancePrefix = "https://slsa.dev/provenance/";
    private const string Sbom = "https://spdx.dev/Document";

    public bool IsProvenance => Type.StartsWith(ProvenancePrefix, StringComparison.Ordinal);

    /// <param name="wanted">As <c>--type</c> has it.</param>
    public bool IsOfType(string wanted) => wanted switch
    {
        "index" => Type == MediaTypes.OciIndex,
        "manifest" => Type == MediaTypes.OciManifest,
        "image" => Type == "application/vnd.oci.image.config.v1+json",
        "provenance" => IsProvenance,
        "sbom" => Type == Sbom,
        _ => Type == wanted,
    };
}
