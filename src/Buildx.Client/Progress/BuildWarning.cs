using Buildx.Protocol.Pb;

namespace Buildx.Client.Progress;

/// <summary>Something that the frontend found questionable.</summary>
public sealed record BuildWarning(string Vertex, string Message)
{
    public int Level { get; init; }

    public IReadOnlyList<string> Detail { get; init; } = [];

    public string Url { get; init; } = "";

    public SourceInfo? Source { get; init; }

    public IReadOnlyList<Protocol.Pb.Range> Ranges { get; init; } = [];
}
