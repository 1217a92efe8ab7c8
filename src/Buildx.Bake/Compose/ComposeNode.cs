namespace Buildx.Bake.Compose;

/// <summary>A piece of a Compose file, with its place.</summary>
internal abstract record ComposeNode(SourceRange Range)
{
    public ComposeTag Tag { get; init; }

    /// <summary>What it is, for messages.</summary>
    public abstract string Kind { get; }
}
