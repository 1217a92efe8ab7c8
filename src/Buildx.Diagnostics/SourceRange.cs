namespace Buildx.Diagnostics;

/// <summary>A piece of a text, and which text.</summary>
public readonly record struct SourceRange(SourceText Source, TextRange Range)
{
    public TextPosition Start => Range.Start;

    public TextPosition End => Range.End;

    /// <summary>From the start of this to the end of the other, which is in the same text.</summary>
    public SourceRange To(SourceRange end) => new(Source, new TextRange(Start, end.End));

    /// <summary><c>FILE:LINE:COLUMN</c>.</summary>
    public override string ToString() => $"{Source.Name}:{Range.Start}";
}
