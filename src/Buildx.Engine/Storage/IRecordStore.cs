using System.Collections.Immutable;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>
/// Results of vertices, and the keys they are found by. A record outlives its layers: once pruned, its id still lets its
/// descendants be found, and the vertex that made it can make it again under the same id.
/// </summary>
internal interface IRecordStore
{
    /// <summary>The record that was stored under this key, whether or not its layers are still here.</summary>
    CacheRecord? FindByKey(Digest key);

    CacheRecord? Find(Digest id);

    /// <summary>Stores or replaces a record with all its keys, in one transaction, after its layers are complete on disk.</summary>
    void Save(CacheRecord record, IReadOnlyCollection<Digest> keys);

    /// <summary>Lets the record be found by one more key.</summary>
    void AddKey(Digest id, Digest key);

    /// <summary>Counts a use, for garbage collection's idea of old and new.</summary>
    void Touch(Digest id);
}

/// <param name="Id">The record's first key: the same on every machine that does the same work.</param>
/// <param name="Outputs">One tree per output of the vertex; null where an output has none.</param>
/// <param name="Description">What the user calls the step, e.g. <c>[build 2/5] RUN make</c>.</param>
internal sealed record CacheRecord(
    Digest Id,
    ImmutableArray<Snapshot?> Outputs,
    string Description,
    RecordType Type,
    DateTimeOffset CreatedAt);

/// <summary>BuildKit's record types, as <c>du</c> and the filters of garbage collection name them.</summary>
internal enum RecordType { Regular, Internal, Frontend, LocalSource, GitCheckout, CacheMount }
