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
            .Select(Line)
            .ToArray();

    private static Protocol.Pb.Range[] Lines(TextRange range)
    {
        var lines = new Protocol.Pb.Range[Math.Max(1, range.End.Line - range.Start.Line + 1)];
        for (var i = 0; i < lines.Length; i++)
            lines[i] = Line(range.Start.Line + i);
        return lines;
    }

    private static Protocol.Pb.Range Line(int line) => new()
    {
        Start = new Protocol.Pb.Position { Line = line },
        End = new Protocol.Pb.Position { Line = line },
    };
}
