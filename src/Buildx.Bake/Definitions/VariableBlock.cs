using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Definitions;

/// <summary>One <c>variable</c> block.</summary>
/// <param name="Type">Null where the block has none.</param>
internal sealed record VariableBlock(
    string Name, HclBlock Block, HclAttribute? Type, HclAttribute? Default, string Description, IReadOnlyList<VariableValidation> Validations)
{
    /// <summary>The type that the definition gives; null where it gives none.</summary>
    public HclType? Constraint { get; set; }

    public static VariableBlock Read(HclBlock block, DiagnosticBag diagnostics)
    {
        // Anything else in the block is of no interest, also to other tools.
        var content = block.Body.ReadPartly(DefinitionSchema.VariableBlock, diagnostics);
        var description = "";
        if (content.Find("description") is { } attribute)
        {
            var value = attribute.Expression.Evaluate(new EvaluationScope(), diagnostics);
            if (value.HasContent && ValueConversion.Convert(value, HclType.String).Value is { } text)
                description = text.AsString;
            else if (value.IsKnown)
                diagnostics.Error(attribute.Expression.Range, $"the description of the variable {block.Labels[0]} is a string, not {(value.IsNull ? "null" : TypeNames.Friendly(value.Type))}");
        }
        var validations = content.Blocks.Select(validation => VariableValidation.Read(validation, diagnostics)).ToList();
        return new VariableBlock(block.Labels[0], block, content.Find("type"), content.Find("default"), description, validations);
    }
}
