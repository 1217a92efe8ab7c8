using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Operations.Exec;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer;

/// <summary>What one build takes from other builders' caches. Imports are fetched from the moment they are asked for, beside the build.</summary>
internal sealed class CacheExchange
{
    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<ImportedCache>>>> _imports = new(StringComparer.Ordinal);

    /// <summary>Checksums of inputs, by record, output and selection.</summary>
    public ConcurrentDictionary<(Digest Record, int Output, string Selections), ImmutableArray<Digest>> Contents { get; } = [];

    public bool HasImports => !_imports.IsEmpty;

    /// <param name="key">The same for the same import: it is fetched once.</param>
    public void Import(string key, Func<Task<IReadOnlyList<ImportedCache>>> fetch) =>
        _ = _imports.GetOrAdd(key, _ => new Lazy<Task<IReadOnlyList<ImportedCache>>>(() => Task.Run(fetch))).Value;

    /// <summary>What another builder has left in a cache mount; null where nobody has.</summary>
    public async Task<CachedMount?> FindMountAsync(CacheMountKey key, CancellationToken cancellationToken) =>
        (await GetImportsAsync(cancellationToken)).SelectMany(cache => cache.Mounts).Where(mount => mount.Key == key).MaxBy(mount => mount.CreatedAt);

    /// <summary>All that could be fetched.</summary>
    public async Task<IReadOnlyList<ImportedCache>> GetImportsAsync(CancellationToken cancellationToken) =>
        HasImports ? [.. (await Task.WhenAll(_imports.Values.Select(import => import.Value)).WaitAsync(cancellationToken)).SelectMany(caches => caches)] : [];
}
