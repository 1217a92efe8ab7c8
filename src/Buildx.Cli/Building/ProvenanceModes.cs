using Buildx.Oci;

namespace Buildx.Cli.Building;

internal static class ProvenanceModes
{
    /// <param name="metadataFile">Where there is none, nobody asks.</param>
    public static ProvenanceMode Read(string? metadataFile) => string.IsNullOrEmpty(metadataFile) ? ProvenanceMode.Disabled
        : Environment.GetEnvironmentVariable("BUILDX_METADATA_PROVENANCE") switch
        {
            "max" => ProvenanceMode.Maximal,
            "disabled" => ProvenanceMode.Disabled,
            { } text when BooleanText.TryParse(text, out var isOn) && !isOn => ProvenanceMode.Disabled,
            _ => ProvenanceMode.Minimal,
        };
}
