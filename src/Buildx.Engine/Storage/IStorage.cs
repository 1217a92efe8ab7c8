namespace Buildx.Engine.Storage;

/// <summary>Everything the engine keeps under its root directory.</summary>
internal interface IStorage : IAsyncDisposable
{
    IContentStore Content { get; }

    ILayerStore Layers { get; }

    IRecordStore Records { get; }

    IMutableDirectories Directories { get; }

    IDirectoryArchives Archives { get; }

    IHistoryTable History { get; }

    IStepFacts Facts { get; }

    IImageTable Images { get; }

    /// <summary>A directory for files that no one needs after the engine ended; emptied at start.</summary>
    string TemporaryPath { get; }

    IStorageLease Lease();

    IReadOnlyList<UsageRecord> GetUsage(UsageFilter filter);

    /// <summary>Removes what the policies say, oldest first; tells each record that went.</summary>
    Task PruneAsync(IReadOnlyList<PrunePolicy> policies, Action<UsageRecord> removed, CancellationToken cancellationToken);
}

/// <summary>One line of <c>du</c>.</summary>
internal sealed record UsageRecord(
    string Id,
    IReadOnlyList<string> Parents,
    long Size,
    bool Mutable,
    bool InUse,
    bool Shared,
    RecordType Type,
    string Description,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastUsedAt,
    int UsageCount);

/// <summary>One rule of garbage collection, BuildKit's meaning: inventory §13 and <c>docs/buildkitd.toml.md</c>. Sizes are bytes, 0 is unset.</summary>
internal sealed record PrunePolicy(
    UsageFilter Filter,
    bool All = false,
    TimeSpan KeepDuration = default,
    long ReservedSpace = 0,
    long MaxUsedSpace = 0,
    long MinFreeSpace = 0);

/// <summary>Any of the expressions must hold (empty: everything matches); inside one, comma-separated terms are ANDed, as containerd's filters.</summary>
internal sealed record UsageFilter(IReadOnlyList<string> Expressions)
{
    public static UsageFilter None { get; } = new([]);
}
