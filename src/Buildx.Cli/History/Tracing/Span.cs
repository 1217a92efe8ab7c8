namespace Buildx.Cli.History.Tracing;

/// <summary>A piece of work of a trace, as an engine has recorded it.</summary>
/// <param name="Kind">As OpenTelemetry counts: 1 is internal.</param>
internal sealed record Span(SpanReference Id, SpanReference Parent, string Name, int Kind, DateTimeOffset Start, DateTimeOffset End)
{
    public bool IsSampled { get; init; }

    public required IReadOnlyList<SpanAttribute> Attributes { get; init; }

    public required IReadOnlyList<SpanEvent> Events { get; init; }

    public required IReadOnlyList<SpanReference> Links { get; init; }

    public required SpanStatus Status { get; init; }

    public string StatusText { get; init; } = "";

    public string Library { get; init; } = "";

    public string LibraryVersion { get; init; } = "";

    /// <summary>What tells of the program that recorded it.</summary>
    public required IReadOnlyList<SpanAttribute> Resource { get; init; }
}
