using Buildx.Bake.Hcl;

namespace Buildx.Bake.Definitions;

/// <summary>One <c>validation</c> block of a variable.</summary>
internal sealed record VariableValidation(HclBlock Block, Expression? Condition, Expression? ErrorMessage)
{
    public static VariableValidation Read(HclBlock block, DiagnosticBag diagnostics)
    {
        var content = block.Body.Read(DefinitionSchema.Validation, diagnostics);
        return new VariableValidation(block, content.Find("condition")?.Expression, content.Find("error_message")?.Expression);
    }
}
