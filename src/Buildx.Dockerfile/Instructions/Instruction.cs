namespace Buildx.Dockerfile;

/// <summary>An instruction that has been understood.</summary>
public abstract record Instruction
{
    /// <summary>As written: <c>RUN</c>, <c>run</c>.</summary>
    public string Keyword { get; internal set; } = "";

    /// <summary>The instruction on one line, continuations joined.</summary>
    public string Text { get; internal set; } = "";

    public TextRange Range { get; internal set; }

    /// <summary>How it is written, with the place of each part; null for one that does not come from a file.</summary>
    public InstructionSyntax? Syntax { get; internal set; }

    public IReadOnlyList<string> Comments { get; internal set; } = [];

    /// <summary>Once, by whoever has read it.</summary>
    internal void SetSyntax(InstructionSyntax syntax, IReadOnlyList<string> comments) =>
        (Keyword, Text, Range, Comments, Syntax) = (syntax.Keyword.Text, syntax.Text.Trim(), syntax.Range, comments, syntax);

    /// <summary>The same with its variables replaced; itself where it takes none.</summary>
    internal virtual Instruction Expand(Func<string, string> expand) => this;
}
