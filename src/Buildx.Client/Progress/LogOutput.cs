namespace Buildx.Client.Progress;

/// <param name="Stream">1 for standard output, 2 for standard error.</param>
public sealed record LogOutput(string Vertex, int Stream, ReadOnlyMemory<byte> Data, DateTimeOffset Timestamp);
