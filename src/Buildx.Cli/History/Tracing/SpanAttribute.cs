namespace Buildx.Cli.History.Tracing;

/// <param name="Value">A text, a number, a flag; a list as its JSON.</param>
internal sealed record SpanAttribute(string Key, object Value);
