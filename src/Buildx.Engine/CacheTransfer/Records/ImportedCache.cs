using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Records;

/// <summary>A cache that was imported for a build, and what of it was found to be this build's so far.</summary>
internal sealed class ImportedCache
{
    private readonly ILookup<Digest, CacheNode> _byDigest;

    public ImportedCache(IReadOnlyList<CacheNode> nodes, IReadOnlyList<CachedMount>? mounts = null) =>
        (Nodes, Mounts, _byDigest) = (nodes, mounts ?? [], nodes.ToLookup(node => node.Digest));

    public IReadOnlyList<CacheNode> Nodes { get; }

    /// <summary>Contents of cache mounts.</summary>
    public IReadOnlyList<CachedMount> Mounts { get; }

    /// <summary>The records of results, by vertex, record and output.</summary>
    public ConcurrentDictionary<(Digest Vertex, Digest Record, int Output), ImmutableArray<CacheNode>> Known { get; } = [];

    public IEnumerable<CacheNode> Find(Digest digest) => _byDigest[digest];
}
