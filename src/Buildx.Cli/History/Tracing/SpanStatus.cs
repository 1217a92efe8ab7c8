namespace Buildx.Cli.History.Tracing;

/// <summary>How the work of a span ended.</summary>
internal enum SpanStatus
{
    Unset,
    Error,
    Ok,
}
