using Buildx.Engine.Solving;
using Buildx.Oci;

namespace Buildx.Engine.Exporting.Registry;

/// <summary>A bar for one blob, shown only once something of it is sent.</summary>
internal sealed class UploadProgress(IVertexProgress progress, Descriptor blob) : IProgress<long>, IDisposable
{
    private readonly Lock _lock = new();
    private IStatusProgress? _status;

    public void Report(long value)
    {
        lock (_lock)
        {
            var name = "pushing layer " + blob.Digest;
            _status ??= progress.StartStatus(name, name, blob.Size);
            _status.Update(value, blob.Size);
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _status?.Dispose();
    }
}
