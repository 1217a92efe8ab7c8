using Buildx.Linux;

namespace Buildx.Engine.Storage;

/// <summary>A tree to read.</summary>
internal sealed class MountedSnapshot(string path, string? mountPoint, IDisposable hold, Trash trash) : IMountedSnapshot
{
    private int _disposed;

    public string Path { get; } = path;

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return ValueTask.CompletedTask;
        try
        {
            if (mountPoint is not null)
            {
                Mount.Unmount(mountPoint);
                trash.Throw(mountPoint);
            }
        }
        finally
        {
            hold.Dispose();
        }
        return ValueTask.CompletedTask;
    }
}
