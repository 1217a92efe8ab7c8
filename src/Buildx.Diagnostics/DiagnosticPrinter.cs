using System.Globalization;
using System.Text;

namespace Buildx.Diagnostics;

/// <summary>Writes diagnostics for people: the message, the line that it is about with the place marked, and the hint.</summary>
/// <example>
/// <code>
/// error: docker-bake.hcl:3:10: there is no variable "TAGG"
///   3 |   tags = [TAGG]
///     |           ^^^^
///   hint: did you mean TAG?
/// </code>
/// </example>
public static class DiagnosticPrinter
{
    private const int LongestLine = 200;

    public static string Print(Diagnostic diagnostic)
    {
        var text = new StringBuilder();
        text.Append(diagnostic.Severity == DiagnosticSeverity.Error ? "error: " : "warning: ").Append(diagnostic).Append('\n');
        if (diagnostic is { Source: { } source, Ranges: [var range, ..] })
            AppendLine(source, range, text);
        if (diagnostic.Hint is { } hint)
            text.Append("  hint: ").Append(hint).Append('\n');
        return text.ToString();
    }

    /// <summary>All of them, in the order of the text that they are about.</summary>
    public static string Print(IEnumerable<Diagnostic> diagnostics)
    {
        var ordered = diagnostics
            .OrderBy(diagnostic => diagnostic.Source?.Name, StringComparer.Ordinal)
            .ThenBy(diagnostic => diagnostic.Ranges.Count == 0 ? default : diagnostic.Ranges[0].Start);
        return string.Join('\n', ordered.Select(Print));
    }

    private static void AppendLine(SourceText source, TextRange range, StringBuilder text)
    {
        var line = source.GetLine(range.Start.Line).Replace('\t', ' ');
        var start = Math.Clamp(range.Start.Column - 1, 0, line.Length);
        var end = range.End.Line > range.Start.Line ? line.Length : Math.Clamp(range.End.Column - 1, start, line.Length);
        // Of a very long line only what is around the place.
        var from = start > LongestLine / 2 && line.Length > LongestLine ? start - LongestLine / 2 : 0;
        var shown = line.Substring(from, Math.Min(LongestLine, line.Length - from));
        var marked = Math.Clamp(end - start, 1, Math.Max(1, shown.Length - (start - from)));
        var number = range.Start.Line.ToString(CultureInfo.InvariantCulture);
        text.Append("  ").Append(number).Append(" | ").Append(Printable(shown)).Append('\n');
        text.Append(' ', number.Length + 2).Append(" | ").Append(' ', start - from).Append('^', marked).Append('\n');
    }

    // A terminal must not obey what a text contains.
    private static string Printable(string line) => string.Create(line.Length, line, static (target, from) =>
    {
        for (var i = 0; i < from.Length; i++)
            target[i] = char.IsControl(from[i]) ? '\uFFFD' : from[i];
    });
}
