using Buildx.Engine.Storage;
using Buildx.Engine.Trees;

namespace Buildx.Engine.Operations.Files;

/// <summary>One input of a file operation.</summary>
internal interface IFileOperationInput
{
    /// <summary>Makes the tree readable until the result is disposed.</summary>
    ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken);

    /// <summary>The tree as layers to build on; a directory that is no snapshot yet is copied into one.</summary>
    ValueTask<Snapshot> GetSnapshotAsync(CancellationToken cancellationToken);
}

internal interface IOpenTree : IAsyncDisposable
{
    FileTree Tree { get; }
}
