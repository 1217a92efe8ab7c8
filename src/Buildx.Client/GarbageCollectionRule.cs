using Buildx.Protocol.Types;

namespace Buildx.Client;

/// <summary>One rule by which a worker prunes by itself; sizes in bytes, 0 where it says nothing.</summary>
public sealed record GarbageCollectionRule(
    bool All, IReadOnlyList<string> Filters, TimeSpan KeepDuration, long ReservedSpace, long MaxUsedSpace, long MinFreeSpace)
{
    internal static GarbageCollectionRule From(GCPolicy policy) => new(
        policy.All, [.. policy.Filters], TimeSpan.FromTicks(policy.KeepDuration / 100), policy.ReservedSpace, policy.MaxUsedSpace, policy.MinFreeSpace);
}
