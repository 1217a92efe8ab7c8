using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>The digests of an image's layers as uncompressed tars, lowest first.</summary>
[method: JsonConstructor]
public sealed record RootFs(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("diff_ids")] IReadOnlyList<Digest> DiffIds)
{
    public RootFs(IReadOnlyList<Digest> diffIds)
        : this("layers", diffIds)
    {
    }
}
