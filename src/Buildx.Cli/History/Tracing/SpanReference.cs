namespace Buildx.Cli.History.Tracing;

/// <param name="Trace">32 hexadecimal digits.</param>
/// <param name="Span">16 hexadecimal digits.</param>
internal sealed record SpanReference(string Trace, string Span);
