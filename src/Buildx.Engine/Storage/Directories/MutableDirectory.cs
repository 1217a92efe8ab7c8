namespace Buildx.Engine.Storage;

/// <summary>One holder's grip on a directory.</summary>
internal sealed class MutableDirectory(MutableDirectories directories, DirectoryState state, string path, bool isNew) : IMutableDirectory
{
    private int _disposed;

    public string Path { get; } = path;

    public bool IsNew { get; } = isNew;

    public void Discard() => directories.Discard(state);

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            directories.Release(state);
        return ValueTask.CompletedTask;
    }
}
