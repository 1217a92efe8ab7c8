using Buildx.Linux;

namespace Buildx.Engine.Storage;

/// <summary>A tree to change. The changes are in a directory of their own, which becomes the layer.</summary>
internal sealed class WritableSnapshot(
    LayerTable layers, Trash trash, OverlayForm form, string home, IReadOnlyList<string> lowers, Layer? continued, bool isMounted, IDisposable hold)
    : IWritableSnapshot
{
    private readonly string _upper = GetUpper(home);
    private bool _isMounted = isMounted;
    private bool _disposed;

    public string Path { get; } = isMounted ? GetMountPoint(home) : GetUpper(home);

    public static string GetUpper(string home) => System.IO.Path.Combine(home, "upper");

    public static string GetWork(string home) => System.IO.Path.Combine(home, "work");

    public static string GetMountPoint(string home) => System.IO.Path.Combine(home, "tree");

    public async ValueTask<LayerId> CommitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        Unmount();
        var tree = await Task.Run(
            () =>
            {
                using var below = new LowerTrees(lowers, form);
                return new UpperCleaner(below, form, keepsTimes: continued is not null).Clean(_upper, cancellationToken);
            },
            cancellationToken);
        if (continued is not null && tree.Flags.HasFlag(LayerFlags.Hides))
            throw new InvalidOperationException("something was removed from a layer that is only added to");
        var layer = layers.AddDirectory(_upper, tree, continued).Id;
        await DisposeAsync();
        return layer;
    }

    public ValueTask DisposeAsync()
    {
        if (_disposed)
            return ValueTask.CompletedTask;
        _disposed = true;
        try
        {
            Unmount();
            trash.Throw(home);
        }
        finally
        {
            hold.Dispose();
        }
        return ValueTask.CompletedTask;
    }

    private void Unmount()
    {
        if (!_isMounted)
            return;
        Mount.Unmount(Path);
        _isMounted = false;
    }
}
