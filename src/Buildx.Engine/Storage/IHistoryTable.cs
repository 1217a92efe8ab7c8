using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>Records of builds that ended. A record keeps its blobs from being collected.</summary>
internal interface IHistoryTable
{
    StoredBuild? Find(string reference);

    IReadOnlyList<StoredBuild> List();

    /// <summary>Of the records that are not pinned those that ended before a time, the newest so many aside.</summary>
    IReadOnlyList<string> ListOld(int kept, DateTimeOffset before);

    /// <summary>Stores or replaces a record, after its blobs were written.</summary>
    void Save(StoredBuild build, IReadOnlyCollection<Digest> blobs);

    /// <summary>Changes a record, which keeps its blobs.</summary>
    /// <param name="added">Blobs that it points at from now on; they are in the content store.</param>
    void Update(StoredBuild build, params IReadOnlyCollection<Digest> added);

    /// <returns>False when there was none.</returns>
    bool Remove(string reference);
}

/// <param name="Record">Serialised, in the form of BuildKit's API.</param>
internal sealed record StoredBuild(string Reference, byte[] Record, bool IsPinned, DateTimeOffset CompletedAt);
