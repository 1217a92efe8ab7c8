using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>
/// What records were made of, for the question what differs from them now. It is worth little and bounded in size: what was made
/// longest ago goes first, and nothing depends on it.
/// </summary>
internal interface IStepFacts
{
    /// <param name="place">Where in whose build the step is.</param>
    /// <param name="operation">What it does.</param>
    void Save(Digest record, Digest place, Digest operation, byte[] facts);

    byte[]? Find(Digest record);

    /// <summary>Of the newest steps those of the same place, and those that do the same elsewhere.</summary>
    IReadOnlyList<StoredFacts> FindNear(Digest place, Digest operation);

    /// <summary>Keeps a list of files under the digest of what was read of them.</summary>
    void SaveFiles(Digest content, byte[] files);

    byte[]? FindFiles(Digest content);
}

internal sealed record StoredFacts(Digest Record, Digest Place, Digest Operation, byte[] Facts);
