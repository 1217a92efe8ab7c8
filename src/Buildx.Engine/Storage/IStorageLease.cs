using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>Keeps garbage collection away from what a running build uses; ends with it.</summary>
internal interface IStorageLease : IDisposable
{
    void Protect(Snapshot snapshot);

    void Protect(Digest blob);
}
