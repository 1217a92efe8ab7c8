using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>Tells what takes how much room, and makes room by BuildKit's rules.</summary>
internal sealed class GarbageCollector(
    StorageLayout layout, TimeProvider time, LayerTable layers, RecordStore records, MutableDirectories directories, ContentStore content,
    ImageTable images, BlobLeases leases, StateDatabase database) : IDisposable
{
    /// <summary>What has no record yet may be about to get one.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    /// <summary>Blobs that are no layer's (manifests, configurations) can be had again.</summary>
    private static readonly TimeSpan UnownedBlobLife = TimeSpan.FromDays(7);

    private readonly SemaphoreSlim _running = new(1);

    public void Dispose() => _running.Dispose();

    public IReadOnlyList<UsageRecord> GetUsage(UsageFilter filter)
    {
        var matcher = new UsageFilterMatcher(filter);
        return
        [
            .. UsageGraph.Build(layers, records, directories, images).Nodes
                .Select(node => node.Usage)
                .Where(usage => (usage.Size > 0 || usage.Mutable) && matcher.Matches(usage))
                .OrderByDescending(usage => usage.Size)
                .ThenBy(usage => usage.Id, StringComparer.Ordinal),
        ];
    }

    public async Task PruneAsync(IReadOnlyList<PrunePolicy> policies, Action<UsageRecord> removed, CancellationToken cancellationToken)
    {
        // Expressions are checked before anything goes.
        var matchers = policies.Select(policy => new UsageFilterMatcher(policy.Filter)).ToArray();
        await _running.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(
                () =>
                {
                    for (var i = 0; i < policies.Count; i++)
                        Prune(policies[i], matchers[i], removed, cancellationToken);
                    var everything = policies.Any(policy => policy is { All: true, KeepDuration.Ticks: 0, Filter.Expressions.Count: 0 } && KeepsNoBytes(policy));
                    RemoveUnownedBlobs(everything ? Grace : UnownedBlobLife);
                },
                cancellationToken);
        }
        finally
        {
            _running.Release();
        }
    }

    private void Prune(PrunePolicy policy, UsageFilterMatcher matcher, Action<UsageRecord> removed, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var graph = UsageGraph.Build(layers, records, directories, images);
        var total = graph.Nodes.Sum(node => node.Usage.Shared ? 0 : node.Usage.Size);
        var keep = GetBytesToKeep(policy, total);
        var candidates = PruneOrder.Sort([.. graph.Nodes.Where(node => IsCandidate(node, policy, now) && matcher.Matches(node.Usage))]);
        var gone = true;
        while (gone)
        {
            gone = false;
            for (var i = 0; i < candidates.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (keep != 0 && total <= keep)
                    return;
                var node = candidates[i];
                if (node.Dependents.Count > 0)
                    continue;
                candidates.RemoveAt(i--);
                if (!TryRemove(node))
                    continue;
                total -= node.Usage.Size;
                foreach (var lower in node.Bases)
                    lower.Dependents.Remove(node);
                removed(node.Usage);
                gone = true;
                // When only so much must go, the next is the best of those that can go now.
                if (keep != 0)
                    break;
            }
        }
    }

    private static bool KeepsNoBytes(PrunePolicy policy) => policy is { ReservedSpace: 0, MaxUsedSpace: 0, MinFreeSpace: 0 };

    /// <summary>How much may stay; 0 is no bound, so everything that matches goes.</summary>
    private long GetBytesToKeep(PrunePolicy policy, long total)
    {
        if (KeepsNoBytes(policy))
            return 0;
        var keep = policy.MaxUsedSpace;
        if (policy.MinFreeSpace != 0)
        {
            var missing = policy.MinFreeSpace - DiskSpace.Of(layout.Root).Free;
            if (missing > 0)
                keep = keep == 0 ? total - missing : Math.Min(keep, total - missing);
            else if (keep == 0)
                keep = total;
        }
        return Math.Max(keep, policy.ReservedSpace);
    }

    private static bool IsCandidate(UsageNode node, PrunePolicy policy, DateTimeOffset now)
    {
        var usage = node.Usage;
        if (usage.InUse)
            return false;
        if (!policy.All && usage.Type is RecordType.Internal or RecordType.Frontend)
            return false;
        if (node.Record is null && node.Directory is null && node.Image is null && now - usage.CreatedAt < Grace)
            return false;
        return policy.KeepDuration == TimeSpan.Zero || usage.LastUsedAt is not { } used || used <= now - policy.KeepDuration;
    }

    private bool TryRemove(UsageNode node)
    {
        if (node.Directory is { } directory)
            return directories.TryRemove(directory);
        if (node.Image is { } image)
            return images.Remove(image);
        lock (layers.Lock)
        {
            // Somebody may have come since the graph was drawn. A build that came and went meanwhile makes its step again.
            if (node.Layers.Any(layer => layer.Holders > 0 || layer.Continuations > 0))
                return false;
            database.InTransaction(() =>
            {
                if (node.Record is { } record)
                    records.SetPruned(record.Record.Id);
                foreach (var follower in node.Followers)
                    records.SetPruned(follower.Record.Id);
                foreach (var layer in node.Layers)
                    layers.Remove(layer);
            });
            return true;
        }
    }

    private void RemoveUnownedBlobs(TimeSpan life)
    {
        var cutoff = (time.GetUtcNow() - life).UtcTicks;
        var unowned = database.Query(
            "SELECT digest FROM blobs WHERE last_used_at<$1 AND NOT EXISTS (SELECT 1 FROM layer_blobs WHERE layer_blobs.digest=blobs.digest) "
            + "AND NOT EXISTS (SELECT 1 FROM history_blobs WHERE history_blobs.digest=blobs.digest) "
            + "AND NOT EXISTS (SELECT 1 FROM image_blobs WHERE image_blobs.digest=blobs.digest)",
            row => Digest.Parse(row.GetString(0)), cutoff);
        foreach (var digest in unowned)
        {
            if (!leases.IsHeld(digest))
                content.Remove(digest);
        }
    }
}
