namespace Buildx.Cli.History.Tracing;

/// <summary>Something that happened while a span lasted.</summary>
internal sealed record SpanEvent(string Name, DateTimeOffset Time, IReadOnlyList<SpanAttribute> Attributes, int Dropped);
