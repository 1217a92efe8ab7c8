namespace Buildx.Engine.Storage;

/// <summary>A mutable directory and who holds it. Changed only under the lock of <see cref="MutableDirectories"/>.</summary>
internal sealed class DirectoryState(long number, string key, RecordType type, string description)
{
    public long Number { get; } = number;
    public string Key { get; } = key;
    public RecordType Type { get; } = type;
    public string Description { get; set; } = description;

    /// <summary>Bytes on disk; null when somebody may have changed it since it was measured.</summary>
    public long? Size { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset LastUsedAt { get; set; }
    public int UsageCount { get; set; }

    /// <summary>Made for a holder that didn't want to wait, and not yet given to another.</summary>
    public bool IsNew { get; set; }

    public int Holders { get; set; }
    public bool IsExclusive { get; set; }

    /// <summary>Thrown away: nobody gets it any more, and it goes with its last holder.</summary>
    public bool IsDiscarded { get; set; }
}
