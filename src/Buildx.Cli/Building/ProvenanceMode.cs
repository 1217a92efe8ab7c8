namespace Buildx.Cli.Building;

/// <summary>How much of its provenance a build's metadata file has (<c>BUILDX_METADATA_PROVENANCE</c>).</summary>
internal enum ProvenanceMode
{
    Disabled,
    Minimal,
    Maximal,
}
