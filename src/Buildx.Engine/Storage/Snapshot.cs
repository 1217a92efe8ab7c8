using System.Collections.Immutable;

namespace Buildx.Engine.Storage;

/// <summary>
/// A file system tree as an ordered list of immutable layers, lowest first. The empty list is an empty tree (<c>scratch</c>).
/// Merging is concatenation; a diff against a prefix is the rest of the list.
/// </summary>
internal sealed class Snapshot(ImmutableArray<LayerId> layers) : IEquatable<Snapshot>
{
    public static Snapshot Empty { get; } = new([]);

    public ImmutableArray<LayerId> Layers { get; } = layers;

    public Snapshot Append(LayerId layer) => new(Layers.Add(layer));

    public Snapshot Concat(Snapshot upper) => new(Layers.AddRange(upper.Layers));

    public bool StartsWith(Snapshot prefix) =>
        prefix.Layers.Length <= Layers.Length && Layers.AsSpan(0, prefix.Layers.Length).SequenceEqual(prefix.Layers.AsSpan());

    public bool Equals(Snapshot? other) => other is not null && Layers.AsSpan().SequenceEqual(other.Layers.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as Snapshot);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var layer in Layers)
            hash.Add(layer);
        return hash.ToHashCode();
    }
}
