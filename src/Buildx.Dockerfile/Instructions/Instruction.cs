namespace Buildx.Dockerfile;

/// <summary>An instruction that has been understood.</summary>
public abstract record Instruction
{
    /// <summary>As written: <c>RUN</c>, <c>run</c>.</summary>
    public string Keyword { get; init; } = "";

    /// <summary>The instruction on one line, continuations joined.</summary>
    public string Text { get; init; } = "";

    public TextRange Range { get; init; }

    /// <summary>How it is written, with the place of each part; null for one that does not come from a file.</summary>
    public InstructionSyntax? Syntax { get; init; }

    public IReadOnlyList<string> Comments { get; init; } = [];

    /// <summary>The same with its variables replaced; itself where it takes none.</summary>
    internal virtual Instruction Expand(Func<string, string> expand) => this;
}
