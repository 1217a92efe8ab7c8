using System.Collections.Immutable;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Records;

/// <summary>One record of an exchanged cache: what was done, to which inputs, and what came out where that was kept.</summary>
/// <param name="inputs">For each input all the records that may stand for it.</param>
internal sealed class CacheNode(Digest digest, ImmutableArray<ImmutableArray<CacheLink>> inputs)
{
    public Digest Digest { get; } = digest;

    public ImmutableArray<ImmutableArray<CacheLink>> Inputs { get; } = inputs;

    /// <summary>Null for a record that only leads to others.</summary>
    public CachedTree? Tree { get; set; }

    /// <summary>Whose builds have it; empty where nobody has said so.</summary>
    public SortedSet<string> Platforms { get; } = new(StringComparer.Ordinal);

    /// <summary>The same for records that say the same, whoever made them.</summary>
    public Digest Identity { get; } = Identify(digest, inputs);

    private static Digest Identify(Digest digest, ImmutableArray<ImmutableArray<CacheLink>> inputs)
    {
        using var hash = new KeyHash("exchanged record").Add(digest);
        foreach (var links in inputs)
        {
            hash.Add(links.Length);
            foreach (var link in links.OrderBy(link => link.Source.Identity.Value, StringComparer.Ordinal).ThenBy(link => link.Selector, StringComparer.Ordinal))
                hash.Add(link.Source.Identity).Add(link.Selector);
        }
        return hash.ToDigest();
    }
}

/// <param name="Selector">Which part of the source's result the step reads; empty for all of it.</param>
internal readonly record struct CacheLink(CacheNode Source, string Selector);

/// <summary>A result as layers, lowest first.</summary>
internal sealed record CachedTree(ImmutableArray<LayerBlob> Layers, DateTimeOffset CreatedAt);
