namespace Buildx.Dockerfile;

/// <summary>A Dockerfile taken apart into instructions.</summary>
public sealed record DockerfileSyntax(
    IReadOnlyList<Directive> Directives, IReadOnlyList<InstructionSyntax> Instructions, char Escape, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Never throws: what is wrong is in <see cref="Diagnostics"/>, and the rest of the file is read all the same.</summary>
    public static DockerfileSyntax Parse(string text) => new DockerfileParser(text).Parse();

    /// <summary>Lines on which an instruction goes on after an empty line; a rule warns of them.</summary>
    public IReadOnlyList<int> EmptyContinuations { get; init; } = [];
}
