using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>The digests of an image's layers as uncompressed tars, lowest first.</summary>
/// <param name="DiffIds">Null where layers are not known yet; written as <c>null</c> then, as BuildKit does.</param>
[method: JsonConstructor]
public sealed record RootFs(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("diff_ids"), JsonIgnore(Condition = JsonIgnoreCondition.Never)] IReadOnlyList<Digest>? DiffIds)
{
    public RootFs(IReadOnlyList<Digest>? diffIds)
        : this("layers", diffIds)
    {
    }
}
