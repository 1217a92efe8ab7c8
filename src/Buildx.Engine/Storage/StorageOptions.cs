using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Buildx.Engine.Storage;

internal sealed record StorageOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Identifies the running system; what a crash of it may have lost is dropped at the next start.</summary>
    public string? BootId { get; init; }

    /// <summary>How often what was stored is synced to the disk, when there is something.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMinutes(2);
}
