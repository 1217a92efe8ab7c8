using Buildx.Dockerfile;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>Errors of the language as a build reports them, with the lines they are about.</summary>
internal static class DockerfileErrors
{
    public static FrontendException Wrap(DockerfileException error, DockerfileSource source) =>
        new(error.Message, source.File.ToMessage(), Ranges(error.Errors.SelectMany(diagnostic => diagnostic.Ranges)), error);

    /// <summary>One range per line, as clients expect them.</summary>
    public static IReadOnlyList<Protocol.Pb.Range> Ranges(IEnumerable<TextRange> ranges) => ranges
        .SelectMany(range => Enumerable.Range(range.Start.Line, Math.Max(1, range.End.Line - range.Start.Line + 1)))
        .Distinct()
        .Select(line => new Protocol.Pb.Range
        {
            Start = new Protocol.Pb.Position { Line = line },
            End = new Protocol.Pb.Position { Line = line },
        })
        .ToArray();
}
