using Buildx.Protocol.Fsutil;

namespace Buildx.Protocol.FileSync;

/// <summary>Takes in a tree that is received. Its methods are called one at a time.</summary>
public interface IFileSyncTarget
{
    /// <summary>
    /// What the target has already, in the order of <see cref="RelativePath.Compare"/>, so that what the sender does not have can
    /// be deleted. Empty to keep everything.
    /// </summary>
    IEnumerable<string> ExistingPaths => [];

    /// <summary>The sender has nothing of this name; it and everything below it goes. Called in order, before what comes behind it is added.</summary>
    ValueTask DeleteAsync(string path, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// An entry of the tree, in order; its path is clean and stays inside, its directory was added before. Returns whether the
    /// content of a regular file (one without a link name, which is a hard link) is wanted.
    /// </summary>
    ValueTask<bool> AddAsync(Stat stat, CancellationToken cancellationToken);

    /// <summary>Where a wanted file's content goes.</summary>
    ValueTask<Stream> OpenFileAsync(Stat stat, CancellationToken cancellationToken);

    /// <summary>A file's content is complete. The stream is the target's to dispose.</summary>
    ValueTask CompleteFileAsync(Stat stat, Stream content, CancellationToken cancellationToken);

    /// <summary>Everything is there.</summary>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}
