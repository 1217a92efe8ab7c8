using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>
/// What records were made of, for the question what differs from them now. It is worth little and bounded in size: what was made
/// longest ago goes first, and nothing depends on it.
/// </summary>
internal interface IStepFacts
{
    /// <param name="build">The build that made the record.</param>
    void Save(Digest record, StepKeys keys, string build, byte[] facts);

    byte[]? Find(Digest record);

    /// <summary>
    /// Steps of other builds that may be earlier forms of a step: of its place those that do the same, are built on the same, or are
    /// called the same, and the newest; and those that do the same elsewhere.
    /// </summary>
    IReadOnlyList<StoredFacts> FindNear(StepKeys keys, string build);

    /// <summary>Keeps a list of files under the digest of what was read of them.</summary>
    void SaveFiles(Digest content, byte[] files);

    byte[]? FindFiles(Digest content);
}
