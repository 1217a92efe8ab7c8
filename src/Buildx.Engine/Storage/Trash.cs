using Buildx.Linux;
using Microsoft.Extensions.Logging;

namespace Buildx.Engine.Storage;

/// <summary>Deletes in two steps: a rename, which can't stop half-way, and the slow rest in the background.</summary>
internal sealed class Trash(StorageLayout layout, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task _emptying = Task.CompletedTask;
    private long _counter;

    /// <summary>Makes a file or directory go away.</summary>
    public void Throw(string path)
    {
        var name = $"{Environment.ProcessId}-{Environment.TickCount64}-{Interlocked.Increment(ref _counter)}";
        try
        {
            FileSystem.RenameAt(null, path, null, Path.Combine(layout.Trash, name));
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ENOENT)
        {
            return;
        }
        Empty();
    }

    /// <summary>Deletes what is in the trash, also what an earlier engine left.</summary>
    public void Empty()
    {
        lock (_lock)
            _emptying = _emptying.ContinueWith(_ => RemoveAll(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Waits until everything thrown so far is gone.</summary>
    public Task FlushAsync()
    {
        lock (_lock)
            return _emptying;
    }

    public async ValueTask DisposeAsync() => await FlushAsync();

    private void RemoveAll()
    {
        try
        {
            using var directory = FileSystem.OpenDirectory(layout.Trash);
            foreach (var entry in DirectoryReader.ReadAll(directory))
                FileSystem.RemoveTreeAt(directory, entry.Name);
        }
        catch (IOException exception)
        {
            // It's tried again at the next occasion, at the latest when the engine starts.
            logger.LogWarning("cannot empty {Path}: {Message}", layout.Trash, exception.Message);
        }
    }
}
