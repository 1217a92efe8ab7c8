namespace Buildx.Diagnostics;

/// <summary>Something to say about a text that was read: what, where and, in the message or the hint, what to do next.</summary>
/// <param name="Ranges">The first is the main place.</param>
public sealed record Diagnostic(DiagnosticSeverity Severity, string Message, IReadOnlyList<TextRange> Ranges)
{
    /// <summary>The text that the ranges are in, where the reader of the diagnostic cannot know it otherwise.</summary>
    public SourceText? Source { get; init; }

    /// <summary>What would help: the nearest name, the type that is expected.</summary>
    public string? Hint { get; init; }

    public static Diagnostic Error(string message, params IReadOnlyList<TextRange> ranges) => new(DiagnosticSeverity.Error, message, ranges);

    public static Diagnostic Error(SourceRange place, string message, string? hint = null) =>
        new(DiagnosticSeverity.Error, message, [place.Range]) { Source = place.Source, Hint = hint };

    /// <summary><c>FILE:LINE:COLUMN: MESSAGE</c>.</summary>
    public string Format(string fileName) => Ranges.Count == 0 ? $"{fileName}: {Message}" : $"{fileName}:{Ranges[0].Start}: {Message}";

    public override string ToString() => Source is null ? Message : Format(Source.Name);
}
