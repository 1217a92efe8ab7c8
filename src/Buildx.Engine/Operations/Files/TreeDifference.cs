using Buildx.Engine.Trees;
using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Operations.Files;

/// <summary>
/// Turns one tree into another, touching only what differs between them: what a layer on top of the first then has is their
/// difference.
/// </summary>
/// <remarks>
/// Files are the same as BuildKit's differ sees it: equal modes, owners, capabilities, sizes and times; where times were cut to
/// whole seconds, their content decides.
/// </remarks>
internal sealed class TreeDifference
{
    private const string FileCapabilities = "security.capability";
    private static readonly CopyOptions AsItIs = new(null, null, null, AlwaysReplace: true);

    private readonly SafeFileHandle _lower;
    private readonly SafeFileHandle _upper;
    private readonly SafeFileHandle _target;
    private readonly CancellationToken _cancellationToken;

    private TreeDifference(SafeFileHandle lower, SafeFileHandle upper, SafeFileHandle target, CancellationToken cancellationToken) =>
        (_lower, _upper, _target, _cancellationToken) = (lower, upper, target, cancellationToken);

    /// <param name="target">A writable copy of <paramref name="lower"/>, which becomes like <paramref name="upper"/>.</param>
    public static void Apply(string lower, string upper, string target, CancellationToken cancellationToken)
    {
        using var lowerRoot = FileSystem.OpenDirectory(lower);
        using var upperRoot = FileSystem.OpenDirectory(upper);
        using var targetRoot = FileSystem.OpenDirectory(target);
        var before = new TreeScanner(lowerRoot, new FileTree(lower), null).Scan("/", cancellationToken)!;
        var after = new TreeScanner(upperRoot, new FileTree(upper), null).Scan("/", cancellationToken)!;
        new TreeDifference(lowerRoot, upperRoot, targetRoot, cancellationToken).Change(before, after, "/");
    }

    /// <returns>Whether anything in the directory changed.</returns>
    private bool Change(TreeEntry before, TreeEntry after, string path)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var old = before.Children!.ToDictionary(child => child.Name, StringComparer.Ordinal);
        var anything = false;
        foreach (var child in after.Children!)
        {
            var at = TreePath.Join(path, child.Name);
            if (!old.Remove(child.Name, out var was))
                Copy(child, at);
            else if (was.Children is not null && child.Children is not null)
            {
                // What changes inside leaves this directory's own times alone.
                ChangeDirectory(was, child, at);
                continue;
            }
            else if (was.Children is null && child.Children is null && IsSame(was, child, at))
                continue;
            else
            {
                Remove(was, at);
                Copy(child, at);
            }
            anything = true;
        }
        foreach (var gone in old.Values)
        {
            Remove(gone, TreePath.Join(path, gone.Name));
            anything = true;
        }
        return anything;
    }

    private void ChangeDirectory(TreeEntry was, TreeEntry now, string path)
    {
        var changed = Change(was, now, path);
        var (before, after) = (was.Status, now.Status);
        var isOther = before.Mode != after.Mode || before.Uid != after.Uid || before.Gid != after.Gid;
        if (!changed && !isOther)
            return;
        using var directory = TreeResolver.OpenPlain(_target, path, OpenFlags.Directory);
        if (isOther)
        {
            FileSystem.ChangeOwner(directory, after.Uid, after.Gid);
            FileSystem.ChangeMode(directory, after.Permissions);
        }
        FileSystem.SetTimes(directory, after.AccessedAt, after.ModifiedAt);
    }

    private void Copy(TreeEntry entry, string path) =>
        new TreeCopier(_upper, sourceIsLive: false, _target, AsItIs, _cancellationToken).Copy(entry, path, path);

    private void Remove(TreeEntry entry, string path)
    {
        using var parent = TreeResolver.OpenPlain(_target, TreePath.ParentOf(path), OpenFlags.Directory);
        if (entry.Children is null)
            FileSystem.RemoveFileAt(parent, entry.Name);
        else
            FileSystem.RemoveTreeAt(parent, entry.Name);
    }

    private bool IsSame(TreeEntry was, TreeEntry now, string path)
    {
        var (before, after) = (was.Status, now.Status);
        if (before.Mode != after.Mode || before.Uid != after.Uid || before.Gid != after.Gid || before.SpecialDevice != after.SpecialDevice
            || before.Size != after.Size || before.ModifiedAt != after.ModifiedAt || was.LinkTarget != now.LinkTarget)
            return false;
        if (!before.IsRegular)
            return true;
        using var first = TreeResolver.OpenPlain(_lower, path, OpenFlags.NonBlocking);
        using var second = TreeResolver.OpenPlain(_upper, path, OpenFlags.NonBlocking);
        return ExtendedAttributes.Get(first, FileCapabilities).AsSpan().SequenceEqual(ExtendedAttributes.Get(second, FileCapabilities).AsSpan())
            && (before.ModifiedAt.Nanoseconds != 0 || HasSameContent(first, second, before.Size));
    }

    private bool HasSameContent(SafeFileHandle first, SafeFileHandle second, long size)
    {
        var (one, other) = (new byte[64 << 10], new byte[64 << 10]);
        for (long offset = 0; offset < size;)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            var count = RandomAccess.Read(first, one, offset);
            if (count == 0 || RandomAccess.Read(second, other.AsSpan(0, count), offset) != count || !one.AsSpan(0, count).SequenceEqual(other.AsSpan(0, count)))
                return false;
            offset += count;
        }
        return true;
    }
}
