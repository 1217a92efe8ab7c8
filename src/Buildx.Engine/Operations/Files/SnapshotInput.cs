using Buildx.Engine.Storage;
using Buildx.Engine.Trees;

namespace Buildx.Engine.Operations.Files;

/// <summary>The result of another step as an input.</summary>
internal sealed class SnapshotInput(Snapshot snapshot, ILayerStore layers, IPullProgress? progress) : IFileOperationInput
{
    public async ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken) =>
        new OpenTree(await layers.MountAsync(snapshot, progress, cancellationToken));

    public ValueTask<Snapshot> GetSnapshotAsync(CancellationToken cancellationToken) => new(snapshot);

    private sealed class OpenTree(IMountedSnapshot mount) : IOpenTree
    {
        public FileTree Tree { get; } = new(mount.Path);

        public ValueTask DisposeAsync() => mount.DisposeAsync();
    }
}
