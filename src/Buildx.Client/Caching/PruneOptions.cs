namespace Buildx.Client;

/// <summary>Which cache goes; sizes in bytes, 0 where nothing is said.</summary>
public sealed record PruneOptions
{
    /// <summary>Also what belongs to internal and frontend images.</summary>
    public bool All { get; init; }

    /// <summary>What was used within this time stays.</summary>
    public TimeSpan KeepDuration { get; init; }

    public long ReservedSpace { get; init; }

    public long MaxUsedSpace { get; init; }

    public long MinFreeSpace { get; init; }

    public IReadOnlyList<string> Filters { get; init; } = [];
}
