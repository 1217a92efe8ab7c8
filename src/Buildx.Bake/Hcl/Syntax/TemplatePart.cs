using Buildx.Bake.Hcl.Expressions;

namespace Buildx.Bake.Hcl.Syntax;

/// <summary>A piece of a template before its directives are put together.</summary>
internal sealed class TemplatePart(TemplatePartKind kind, TextRange range)
{
    public TemplatePartKind Kind { get; } = kind;

    public TextRange Range { get; } = range;

    /// <summary>Of a literal.</summary>
    public string Text { get; set; } = "";

    /// <summary>What is interpolated, the condition of an <c>if</c>, or what a <c>for</c> goes through.</summary>
    public Expression? Expression { get; init; }

    public ForNames? Names { get; init; }
}
