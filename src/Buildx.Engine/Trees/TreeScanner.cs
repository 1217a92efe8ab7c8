using System.Runtime.InteropServices;
using Buildx.Linux;
using Buildx.Protocol.FileSync;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Trees;

/// <summary>Finds everything under a path of a tree, level by level and in parallel where that pays.</summary>
internal sealed class TreeScanner
{
    private const int ParallelFrom = 4;
    private const uint SymbolicLinkMode = (uint)FileType.SymbolicLink | 0x1ff;
    private const uint DefaultRootMode = (uint)FileType.Directory | 0x1ed;

    private readonly SafeFileHandle _root;
    private readonly FileTree _tree;
    private readonly TreeFilter? _selection;

    /// <param name="selection">A further filter over paths relative to what is scanned.</param>
    public TreeScanner(SafeFileHandle root, FileTree tree, TreeFilter? selection)
    {
        _root = root;
        _tree = tree;
        _selection = selection;
    }

    /// <param name="path">Has no links in it, see <see cref="TreeResolver.Resolve"/>.</param>
    /// <returns>The entry with all its children; null when it is not there or the tree's filter hides it.</returns>
    public TreeEntry? Scan(string path, CancellationToken cancellationToken)
    {
        if (_tree.Scan is { } known)
            return known.Find(path, _selection);
        using var handle = TreeResolver.TryOpenPlain(_root, path, OpenFlags.Path);
        if (handle is null)
            return null;
        var status = Normalize(FileSystem.GetStatus(handle), isTop: path == "/");
        if (!TryEnter(path, status.IsDirectory, out var treeState, out var selected))
            return null;
        var top = new TreeEntry(TreePath.NameOf(path), status)
        {
            LinkTarget = status.IsSymbolicLink ? FileSystem.ReadLinkAt(handle, "") : null,
            IsSelected = selected,
        };
        if (!status.IsDirectory)
            return top;

        var level = new List<Pending> { new(top, path, "", treeState, default) };
        var all = new List<TreeEntry> { top };
        while (level.Count > 0)
        {
            var next = new List<Pending>();
            if (level.Count < ParallelFrom)
            {
                foreach (var pending in level)
                    Read(pending, next);
            }
            else
            {
                var results = new List<Pending>?[level.Count];
                var options = new ParallelOptions { CancellationToken = cancellationToken };
                Run(() => Parallel.For(0, level.Count, options, i =>
                {
                    var found = new List<Pending>();
                    Read(level[i], found);
                    if (found.Count > 0)
                        results[i] = found;
                }));
                foreach (var found in results)
                {
                    if (found is not null)
                        next.AddRange(found);
                }
            }
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var pending in next)
                all.Add(pending.Entry);
            level = next;
        }
        if (_tree.Filter is not null || _selection is not null)
            Prune(all);
        return top.IsSelected || top.Children!.Length > 0 || path == "/" ? top : null;
    }

    /// <summary>The first exception of parallel work, as if it had been done by one thread.</summary>
    internal static void Run(Action parallel)
    {
        try
        {
            parallel();
        }
        catch (AggregateException exception)
        {
            var first = exception.InnerExceptions.FirstOrDefault(e => e is not OperationCanceledException) ?? exception.InnerExceptions[0];
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }

    private void Read(Pending directory, List<Pending> directories)
    {
        using var handle = TreeResolver.TryOpenPlain(_root, directory.Path, OpenFlags.Directory);
        if (handle is null)
        {
            // Removed meanwhile; only possible in a live tree.
            directory.Entry.Children = [];
            return;
        }
        var children = new List<TreeEntry>();
        using (var reader = new DirectoryReader(handle))
        {
            while (reader.Read())
            {
                var name = reader.Name;
                if (_tree.Filter is null && _selection is null)
                {
                    if (FileSystem.TryGetStatusAt(handle, reader.NameWithTerminator, out var status))
                        Add(handle, directory, name, Normalize(status, isTop: false), true, default, default, children, directories);
                    continue;
                }
                ReadFiltered(handle, directory, name, reader, children, directories);
            }
        }
        var array = children.ToArray();
        Array.Sort(array, static (a, b) => RelativePath.CompareNames(a.Name, b.Name));
        directory.Entry.Children = array;
    }

    private void ReadFiltered(
        SafeFileHandle handle, Pending directory, string name, in DirectoryReader reader, List<TreeEntry> children, List<Pending> directories)
    {
        // The name alone decides for most; what is hidden is not even looked at, it may be unreadable.
        var isDirectory = reader.Type == FileType.Directory;
        FileStatus status = default;
        if (reader.Type == FileType.Unknown)
        {
            if (!FileSystem.TryGetStatusAt(handle, reader.NameWithTerminator, out status))
                return;
            isDirectory = status.IsDirectory;
        }
        bool selected = true, descend = true;
        var (treeState, selectionState) = (directory.TreeState, directory.SelectionState);
        if (_tree.Filter is { } filter && !filter.TakesAllBelow(treeState))
        {
            var match = filter.Match(TreePath.Join(directory.Path, name)[1..], isDirectory, directory.TreeState, out treeState);
            selected &= match.IsSelected;
            descend &= match.CanDescend;
        }
        if ((isDirectory ? descend : selected) && _selection is not null && !_selection.TakesAllBelow(selectionState))
        {
            var relative = directory.Relative.Length == 0 ? name : directory.Relative + "/" + name;
            var match = _selection.Match(relative, isDirectory, directory.SelectionState, out selectionState);
            selected &= match.IsSelected;
            descend &= match.CanDescend;
        }
        if (isDirectory ? !descend : !selected)
            return;
        // Sockets can't be copied; file sync makes empty files of them, which nobody can want.
        if (_tree.IsLive && reader.Type == FileType.Socket)
            return;
        if (status == default && !FileSystem.TryGetStatusAt(handle, reader.NameWithTerminator, out status))
            return;
        Add(handle, directory, name, Normalize(status, isTop: false), selected, treeState, selectionState, children, directories);
    }

    private static void Add(
        SafeFileHandle handle, Pending directory, string name, FileStatus status, bool selected,
        FilterState treeState, FilterState selectionState, List<TreeEntry> children, List<Pending> directories)
    {
        var entry = new TreeEntry(name, status)
        {
            LinkTarget = status.IsSymbolicLink ? FileSystem.ReadLinkAt(handle, name) : null,
            IsSelected = selected,
        };
        children.Add(entry);
        if (!status.IsDirectory)
            return;
        var relative = directory.Relative.Length == 0 ? name : directory.Relative + "/" + name;
        directories.Add(new Pending(entry, TreePath.Join(directory.Path, name), relative, treeState, selectionState));
    }

    /// <summary>Finds the filter's state for a path by passing through its parents; false when the filter hides it.</summary>
    private bool TryEnter(string path, bool isDirectory, out FilterState state, out bool selected)
    {
        state = default;
        selected = true;
        if (_tree.Filter is not { } filter || path == "/")
            return true;
        var parts = TreePath.Split(path);
        var relative = "";
        for (var i = 0; i < parts.Length; i++)
        {
            relative = i == 0 ? parts[i] : relative + "/" + parts[i];
            var last = i == parts.Length - 1;
            var match = filter.Match(relative, !last || isDirectory, state, out state);
            selected = match.IsSelected;
            if (last ? !match.IsSelected && !(isDirectory && match.CanDescend) : !match.CanDescend)
                return false;
        }
        return true;
    }

    private FileStatus Normalize(FileStatus status, bool isTop)
    {
        if (_tree.IsLive)
        {
            status = status with { Uid = 0, Gid = 0 };
            if (isTop)
                status = status with { Mode = DefaultRootMode };
        }
        return status.IsSymbolicLink ? status with { Mode = SymbolicLinkMode } : status;
    }

    private static void Prune(List<TreeEntry> all)
    {
        // Children come after their parents, so from the end everything below was decided already.
        for (var i = all.Count - 1; i >= 0; i--)
        {
            var children = all[i].Children!;
            if (Array.Exists(children, IsEmpty))
                all[i].Children = Array.FindAll(children, child => !IsEmpty(child));
        }

        static bool IsEmpty(TreeEntry entry) => !entry.IsSelected && entry.Children is not { Length: > 0 };
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Pending(
        TreeEntry Entry, string Path, string Relative, FilterState TreeState, FilterState SelectionState);
}
