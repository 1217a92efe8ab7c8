using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>
/// Keeps garbage collection away from what a running build uses; ends with it. Protect first, then look whether it is there:
/// the other way round it may go in between.
/// </summary>
internal interface IStorageLease : IDisposable
{
    /// <exception cref="StorageException">A layer is gone already.</exception>
    void Protect(Snapshot snapshot);

    /// <returns>False, and nothing is protected, when a layer is gone already.</returns>
    bool TryProtect(Snapshot snapshot);

    void Protect(Digest blob);
}
