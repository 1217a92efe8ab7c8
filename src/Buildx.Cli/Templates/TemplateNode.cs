using System.Text.Json.Nodes;

namespace Buildx.Cli.Templates;

/// <summary>A piece of a template: what is written, or done.</summary>
internal abstract record TemplateNode
{
    public sealed record Text(string Value) : TemplateNode;

    public sealed record Print(TemplatePipeline Pipeline) : TemplateNode;

    /// <summary><c>if</c>, and <c>with</c>, which also makes the value the dot.</summary>
    public sealed record If(TemplatePipeline Condition, IReadOnlyList<TemplateNode> Then, IReadOnlyList<TemplateNode> Else, bool SetsDot) : TemplateNode;

    public sealed record Range(TemplatePipeline Over, IReadOnlyList<TemplateNode> Body, IReadOnlyList<TemplateNode> Else) : TemplateNode;
}

/// <summary>Commands of which each gets what the one before it has made.</summary>
/// <param name="Variables">Set to the result; with <c>range</c>, two are the key and the value.</param>
internal sealed record TemplatePipeline(IReadOnlyList<string> Variables, bool Declares, IReadOnlyList<IReadOnlyList<TemplateOperand>> Commands);

/// <summary>A value, or where it comes from.</summary>
/// <param name="Fields">What is asked of it: <c>.A.B</c>.</param>
internal sealed record TemplateOperand(OperandKind Kind, string Name, JsonNode? Value, TemplatePipeline? Pipeline, IReadOnlyList<string> Fields, int Offset);

internal enum OperandKind
{
    Literal,
    Dot,
    Variable,
    Function,
    /// <summary><c>( … )</c></summary>
    Pipeline,
}
