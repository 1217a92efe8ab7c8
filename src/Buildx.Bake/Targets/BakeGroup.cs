namespace Buildx.Bake.Targets;

/// <summary>A name for several targets, or further groups.</summary>
public sealed record BakeGroup(string Name, IReadOnlyList<string> Targets, string Description = "")
{
    /// <summary>Nobody wrote a list, not even an empty one.</summary>
    public bool IsUnsaid { get; init; }
}
