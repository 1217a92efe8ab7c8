namespace Buildx.Dockerfile;

/// <summary>One instruction as it is written, before anybody asks what it means.</summary>
public sealed record InstructionSyntax
{
    /// <summary>As written: <c>RUN</c>, <c>run</c>, <c>Run</c>.</summary>
    public required SyntaxWord Keyword { get; init; }

    /// <summary>The whole instruction on one line, continuations joined.</summary>
    public required string Text { get; init; }

    public IReadOnlyList<SyntaxFlag> Flags { get; init; } = [];

    public IReadOnlyList<SyntaxWord> Arguments { get; init; } = [];

    /// <summary>For <c>ENV</c> and <c>LABEL</c>, instead of <see cref="Arguments"/>.</summary>
    public IReadOnlyList<SyntaxPair> Pairs { get; init; } = [];

    /// <summary>The arguments were written as a JSON list.</summary>
    public bool IsJson { get; init; }

    /// <summary>For <c>ONBUILD</c>: the instruction behind it.</summary>
    public InstructionSyntax? Inner { get; init; }

    public IReadOnlyList<HereDocument> HereDocuments { get; init; } = [];

    /// <summary>The comment lines before it, without <c>#</c>; an empty comment separates.</summary>
    public IReadOnlyList<SyntaxWord> Comments { get; init; } = [];

    /// <summary>Here-documents included.</summary>
    public required TextRange Range { get; init; }

    /// <summary>Where the value of a flag stands, or the flag itself when it has none; null when it is not there.</summary>
    /// <param name="index">Which one, where there are several of that name.</param>
    public TextRange? RangeOfFlag(string name, int index = 0) =>
        Flags.Where(flag => flag.Name == name).Skip(index).FirstOrDefault() is { } found ? found.ValueRange ?? found.Range : null;

    /// <summary>Where the first part stands that has just this text; null for none.</summary>
    public TextRange? RangeOf(string text)
    {
        foreach (var argument in Arguments)
        {
            if (argument.Text == text || (argument.Text.Length > text.Length && argument.Text.EndsWith("=" + text, StringComparison.Ordinal)))
                return argument.Range;
        }
        foreach (var pair in Pairs)
        {
            if (pair.Value.Text == text || pair.Name.Text == text)
                return pair.Value.Text == text ? pair.Value.Range : pair.Name.Range;
        }
        return Flags.FirstOrDefault(flag => flag.Value == text)?.ValueRange;
    }

    /// <summary>Where its first byte is that is no UTF-8, here-documents aside; null for none.</summary>
    internal TextRange? ForeignByte { get; init; }

    /// <summary>It could not be taken apart; the diagnostics say why.</summary>
    internal bool HasErrors { get; init; }

    /// <summary>Where in <see cref="Text"/> another line of the file begins, and which.</summary>
    internal IReadOnlyList<(int Offset, int Line)> LineBreaks { get; init; } = [];
}
