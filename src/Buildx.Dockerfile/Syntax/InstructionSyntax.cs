namespace Buildx.Dockerfile;

/// <summary>One instruction as it is written, before anybody asks what it means.</summary>
public sealed record InstructionSyntax
{
    /// <summary>As written: <c>RUN</c>, <c>run</c>, <c>Run</c>.</summary>
    public required SyntaxWord Keyword { get; init; }

    /// <summary>The whole instruction on one line, continuations joined.</summary>
    public required string Text { get; init; }

    /// <summary>The words <c>--name[=value]</c> between keyword and arguments, quotes removed.</summary>
    public IReadOnlyList<SyntaxWord> Flags { get; init; } = [];

    public IReadOnlyList<SyntaxWord> Arguments { get; init; } = [];

    /// <summary>For <c>ENV</c> and <c>LABEL</c>, instead of <see cref="Arguments"/>.</summary>
    public IReadOnlyList<SyntaxPair> Pairs { get; init; } = [];

    /// <summary>The arguments were written as a JSON list.</summary>
    public bool IsJson { get; init; }

    /// <summary>For <c>ONBUILD</c>: the instruction behind it.</summary>
    public InstructionSyntax? Inner { get; init; }

    public IReadOnlyList<HereDocument> HereDocuments { get; init; } = [];

    /// <summary>The comment lines right before, without <c>#</c>.</summary>
    public IReadOnlyList<string> Comments { get; init; } = [];

    /// <summary>Here-documents included.</summary>
    public required TextRange Range { get; init; }
}
