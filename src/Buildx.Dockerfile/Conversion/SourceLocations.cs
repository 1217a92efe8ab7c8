using Buildx.Llb;

namespace Buildx.Dockerfile;

/// <summary>Places in the file as a graph carries them: whole lines.</summary>
public static class SourceLocations
{
    internal static IReadOnlyList<LlbSourceLocation> Of(LlbSourceFile? file, TextRange range) =>
        file is null ? [] : [new LlbSourceLocation(file, Lines(range))];

    /// <summary>One range per line, as BuildKit's clients expect them.</summary>
    public static IReadOnlyList<Protocol.Pb.Range> ToMessages(IEnumerable<TextRange> ranges) =>
        ranges.SelectMany(range => Enumerable.Range(range.Start.Line, Math.Max(1, range.End.Line - range.Start.Line + 1)))
            .Distinct()
            .Select(line => LlbSourceRange.Line(line).ToMessage())
            .ToArray();

    private static LlbSourceRange[] Lines(TextRange range)
    {
        var lines = new LlbSourceRange[Math.Max(1, range.End.Line - range.Start.Line + 1)];
        for (var i = 0; i < lines.Length; i++)
            lines[i] = LlbSourceRange.Line(range.Start.Line + i);
        return lines;
    }
}
