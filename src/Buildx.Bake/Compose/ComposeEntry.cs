namespace Buildx.Bake.Compose;

internal sealed record ComposeEntry(string Key, SourceRange KeyRange, ComposeNode Value);
