using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Json;

/// <summary>A JSON value and where it stands. Whether it means a block, a template or an attribute decides who reads it.</summary>
internal sealed record JsonNode(JsonKind Kind, SourceRange Range)
{
    /// <summary>Of a string, without its escapes.</summary>
    public string Text { get; init; } = "";

    /// <summary>Of null, a number or a bool.</summary>
    public Value Literal { get; init; } = Value.DynamicNull;

    public IReadOnlyList<JsonNode> Elements { get; init; } = [];

    /// <summary>In the order of the text; a name may come twice.</summary>
    public IReadOnlyList<JsonProperty> Properties { get; init; } = [];

    /// <summary>Only its first character, for messages about what it is.</summary>
    public SourceRange Opening => Range with { Range = new TextRange(Range.Start, Range.Start with { Column = Range.Start.Column + 1 }) };

    /// <summary>Only its last character.</summary>
    public SourceRange Closing => Range with { Range = new TextRange(Range.End with { Column = Math.Max(1, Range.End.Column - 1) }, Range.End) };
}
