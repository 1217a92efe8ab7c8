using Buildx.Protocol.Fsutil;

namespace Buildx.Protocol.FileSync;

/// <summary>A tree that can be sent.</summary>
public interface IFileSource
{
    /// <summary>
    /// What is in it, in the order of <see cref="RelativePath.Compare"/>, each directory before its content. The source may use
    /// the object handed out again only after the next step.
    /// </summary>
    IEnumerable<Stat> Walk(CancellationToken cancellationToken);

    /// <summary>Opens a regular file for reading; null when it is gone.</summary>
    /// <param name="path">As <see cref="Walk"/> gave it.</param>
    Stream? OpenFile(string path);
}
