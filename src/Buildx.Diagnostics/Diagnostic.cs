namespace Buildx.Diagnostics;

/// <summary>Something to say about a Dockerfile: what, where and, in the message, what to do next.</summary>
/// <param name="Ranges">The first is the main place.</param>
public sealed record Diagnostic(DiagnosticSeverity Severity, string Message, IReadOnlyList<TextRange> Ranges)
{
    public static Diagnostic Error(string message, params IReadOnlyList<TextRange> ranges) => new(DiagnosticSeverity.Error, message, ranges);

    /// <summary><c>FILE:LINE:COLUMN: MESSAGE</c>.</summary>
    public string Format(string fileName) => Ranges.Count == 0 ? $"{fileName}: {Message}" : $"{fileName}:{Ranges[0].Start}: {Message}";
}
