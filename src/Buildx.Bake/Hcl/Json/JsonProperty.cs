namespace Buildx.Bake.Hcl.Json;

internal sealed record JsonProperty(string Name, SourceRange NameRange, JsonNode Value)
{
    /// <summary>A property with this name is a comment.</summary>
    public bool IsComment => Name == "//";

    public HclAttribute ToAttribute() => new(Name, NameRange, new JsonExpression(Value), NameRange.To(Value.Range));
}
