using Buildx.Bake.Hcl;

namespace Buildx.Bake.Definitions;

/// <summary>One <c>function</c> block.</summary>
internal sealed record FunctionBlock(string Name, HclBlock Block, HclAttribute? Parameters, HclAttribute? VariadicParameter, HclAttribute? Result)
{
    public static FunctionBlock Read(HclBlock block, DiagnosticBag diagnostics)
    {
        var content = block.Body.Read(DefinitionSchema.FunctionBlock, diagnostics);
        return new FunctionBlock(block.Labels[0], block, content.Find("params"), content.Find("variadic_params"), content.Find("result"));
    }
}
