namespace Buildx.Engine.Storage;

/// <summary>Something that takes room and can be removed at once: a record's own layers, layers that no record has, or a directory.</summary>
internal sealed class UsageNode(UsageRecord usage)
{
    public UsageRecord Usage { get; set; } = usage;
    public StoredRecord? Record { get; init; }
    public DirectoryState? Directory { get; init; }

    /// <summary>The name of an image.</summary>
    public string? Image { get; init; }

    /// <summary>Layers that go with it.</summary>
    public List<Layer> Layers { get; } = [];

    /// <summary>Others with bytes of their own that stand on these layers: they must go first.</summary>
    public HashSet<UsageNode> Dependents { get; } = [];

    /// <summary>Those whose layers this one stands on.</summary>
    public HashSet<UsageNode> Bases { get; } = [];

    /// <summary>Records without bytes of their own that stand on these layers: they go along.</summary>
    public List<StoredRecord> Followers { get; } = [];
}
