using System.Collections.Immutable;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Keys;

/// <summary>What an operation is called in an exchanged cache, apart from what its inputs are.</summary>
/// <param name="Inputs">In the order of the vertex's inputs.</param>
internal sealed record OperationKey(Digest Digest, ImmutableArray<InputKey> Inputs);

/// <param name="Selector">Which part of the input matters; empty for all of it.</param>
/// <param name="Content">The part whose content is a key of its own; null where the input counts as a whole.</param>
internal sealed record InputKey(string Selector, ImmutableArray<ChecksumSelection>? Content)
{
    public static InputKey Whole { get; } = new("", null);
}
