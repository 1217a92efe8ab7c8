namespace Buildx.Client.Progress;

/// <summary>A step of the build.</summary>
public sealed record VertexState(string Digest, string Name)
{
    public IReadOnlyList<string> Inputs { get; init; } = [];

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Completed { get; init; }

    public bool IsCached { get; init; }

    public string Error { get; init; } = "";

    /// <summary>The group as a part of which it is shown.</summary>
    public ProgressGroup? Group { get; init; }

    internal bool IsCancelled => Error.EndsWith("context canceled", StringComparison.Ordinal);
}
