namespace Buildx.Client.Progress;

/// <summary>A part of a step that makes progress of its own: a layer pulled, a context sent.</summary>
/// <param name="Id">Unique within the vertex, and what is shown.</param>
public sealed record TransferState(string Id, string Vertex)
{
    public string Name { get; init; } = "";

    public long Current { get; init; }

    public long Total { get; init; }

    public DateTimeOffset Timestamp { get; init; }

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Completed { get; init; }
}
