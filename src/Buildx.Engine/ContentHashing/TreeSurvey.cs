using Buildx.Engine.Operations.Files;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.ContentHashing;

/// <summary>A walk of a tree that reads no content.</summary>
/// <param name="Stamp">
/// Changes whenever anything in the tree was touched (name, inode, mode, size, times). Equal stamps before and after some work mean that
/// the work saw what the survey saw.
/// </param>
/// <param name="Size">Of the content of all files, in bytes.</param>
internal sealed record TreeSurvey(Digest Stamp, long Size, TreeScan Scan)
{
    private const byte EntryMark = 1;
    private const byte EndOfDirectory = 0;

    /// <exception cref="FileOperationException">The tree can't be read; the message is for users.</exception>
    public static Task<TreeSurvey> TakeAsync(FileTree tree, TimeProvider time, CancellationToken cancellationToken) =>
        Task.Run(() => Take(tree, time, cancellationToken), cancellationToken);

    private static TreeSurvey Take(FileTree tree, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        try
        {
            using var root = FileSystem.OpenDirectory(tree.Root);
            // The root is open, so it is found.
            var top = new TreeScanner(root, tree with { Scan = null }, null).Scan("/", cancellationToken)!;
            using var stamp = new HashWriter();
            var size = Add(top, stamp);
            return new TreeSurvey(stamp.ToDigest(), size, new TreeScan(top, began));
        }
        catch (LinuxException exception)
        {
            throw new FileOperationException($"cannot read the files a step depends on: {exception.Message}", exception);
        }
    }

    /// <summary>In a form that no two different trees share.</summary>
    /// <returns>The size of all files.</returns>
    private static long Add(TreeEntry entry, HashWriter stamp)
    {
        var status = entry.Status;
        stamp.Write(EntryMark);
        stamp.Write(entry.Name);
        stamp.Write(status.Device.Value);
        stamp.Write(status.Inode);
        stamp.Write(status.Mode);
        stamp.Write(status.Size);
        stamp.Write(status.ModifiedAt.UnixNanoseconds);
        stamp.Write(status.ChangedAt.UnixNanoseconds);
        var size = status.IsRegular ? status.Size : 0;
        if (entry.Children is null)
            return size;
        foreach (var child in entry.Children)
            size += Add(child, stamp);
        stamp.Write(EndOfDirectory);
        return size;
    }
}
