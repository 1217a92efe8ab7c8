namespace Buildx.Dockerfile;

/// <summary>A Dockerfile taken apart into instructions, each part with its place in the text.</summary>
public sealed record DockerfileSyntax(
    IReadOnlyList<Directive> Directives, IReadOnlyList<InstructionSyntax> Instructions, char Escape, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Never throws: what is wrong is in <see cref="Diagnostics"/>, and the rest of the file is read all the same.</summary>
    public static DockerfileSyntax Parse(string text) => new DockerfileParser(text).Parse();

    /// <summary>
    /// Every comment that says something, also those which belong to no instruction
    /// (see <see cref="InstructionSyntax.Comments"/>); the text is without <c>#</c>, the range is with it.
    /// </summary>
    public IReadOnlyList<SyntaxWord> Comments { get; init; } = [];

    /// <summary>Last lines of instructions that go on after an empty line; a rule warns of them.</summary>
    public IReadOnlyList<TextRange> EmptyContinuations { get; init; } = [];

    /// <summary>A Dockerfile that reads as the same tree. See <see cref="DockerfileWriter"/>.</summary>
    public override string ToString() => DockerfileWriter.Write(this);
}
