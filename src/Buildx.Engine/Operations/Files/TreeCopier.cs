using Buildx.Engine.Trees;
using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Operations.Files;

/// <summary>
/// Copies scanned entries of one tree into another, as <c>cp -a</c> does: content, modes, owners, times, attributes, links,
/// devices. Directories are made level by level, each level's files in parallel; times of directories come last.
/// </summary>
internal sealed class TreeCopier
{
    private const int FilesPerTask = 128;

    private readonly SafeFileHandle _source;
    private readonly SafeFileHandle _target;
    private readonly FileCopier _files;
    private readonly CopyOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly List<(string Path, FileStatus Status)> _directories = [];
    private readonly HardLinkGroups _links = new();

    public TreeCopier(SafeFileHandle source, bool sourceIsLive, SafeFileHandle target, CopyOptions options, CancellationToken cancellationToken)
    {
        _source = source;
        _target = target;
        _options = options;
        _cancellationToken = cancellationToken;
        _files = new FileCopier(options, sourceIsLive, cancellationToken);
    }

    /// <param name="sourcePath">Where <paramref name="entry"/> was scanned; no links in it.</param>
    /// <param name="targetPath">Where it goes; no links in it, and its parent exists.</param>
    public void Copy(TreeEntry entry, string sourcePath, string targetPath)
    {
        if (entry.Children is null)
        {
            CopyLevel([Plan(new Work(TreePath.ParentOf(sourcePath), TreePath.ParentOf(targetPath), [entry], entry, TreePath.NameOf(targetPath)))]);
        }
        else
        {
            // The top directory keeps what it has where it exists already; only directories below are made like their source.
            MakeTop(entry, sourcePath, targetPath);
            _directories.Add((targetPath, entry.Status));
            var level = new List<Work> { new(sourcePath, targetPath, entry.Children, null, null) };
            while (level.Count > 0)
                level = CopyLevel(level.SelectMany(Split).Select(Plan).ToList());
        }
        foreach (var (first, next) in _links.Pending)
            Link(first, next);
        for (var i = _directories.Count - 1; i >= 0; i--)
        {
            var (path, status) = _directories[i];
            using var handle = TreeResolver.OpenPlain(_target, path, OpenFlags.Directory);
            FileSystem.SetTimes(handle, _options.Time ?? status.AccessedAt, _options.Time ?? status.ModifiedAt);
        }
        _directories.Clear();
        _links.Clear();
    }

    private static IEnumerable<Work> Split(Work work)
    {
        if (work.Entries.Length <= FilesPerTask)
            return [work];
        return work.Entries.Chunk(FilesPerTask).Select(chunk => work with { Entries = chunk });
    }

    /// <summary>Sets hard links aside before anything runs in parallel: only the first name of a file is copied.</summary>
    private Work Plan(Work work)
    {
        if (!Array.Exists(work.Entries, entry => entry.Status.IsRegular && entry.Status.LinkCount > 1))
            return work;
        var first = Array.FindAll(work.Entries, entry =>
            !entry.Status.IsRegular || entry.Status.LinkCount <= 1
            || _links.IsFirst(entry.Status, TreePath.Join(work.TargetPath, work.TargetName ?? entry.Name)));
        return work with { Entries = first };
    }

    private List<Work> CopyLevel(List<Work> level)
    {
        var next = new List<Work>();
        if (level.Count == 1)
        {
            CopyEntries(level[0], next);
        }
        else
        {
            var options = new ParallelOptions { CancellationToken = _cancellationToken };
            var found = new List<Work>[level.Count];
            TreeScanner.Run(() => Parallel.For(0, level.Count, options, i => CopyEntries(level[i], found[i] = [])));
            foreach (var works in found)
                next.AddRange(works);
        }
        foreach (var work in next)
            _directories.Add((work.TargetPath, work.Directory!.Status));
        return next;
    }

    private void CopyEntries(Work work, List<Work> directories)
    {
        if (work.Entries.Length == 0)
            return;
        using var source = TreeResolver.TryOpenPlain(_source, work.SourcePath, OpenFlags.Directory)
            ?? throw new FileOperationException($"{work.SourcePath} was removed while it was copied");
        using var target = TreeResolver.OpenPlain(_target, work.TargetPath, OpenFlags.Directory);
        foreach (var entry in work.Entries)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            var name = work.TargetName ?? entry.Name;
            var place = new CopyPlace(source, entry.Name, target, name, TreePath.Join(work.SourcePath, entry.Name), TreePath.Join(work.TargetPath, name));
            if (entry.Children is null)
            {
                _files.Copy(entry, place);
                continue;
            }
            MakeDirectory(entry, place, overwrite: true);
            directories.Add(new Work(place.SourcePath, place.TargetPath, entry.Children, entry, null));
        }
    }

    private void MakeTop(TreeEntry entry, string sourcePath, string targetPath)
    {
        if (targetPath == "/")
            return;
        using var source = sourcePath == "/"
            ? null
            : TreeResolver.OpenPlain(_source, TreePath.ParentOf(sourcePath), OpenFlags.Directory);
        using var target = TreeResolver.OpenPlain(_target, TreePath.ParentOf(targetPath), OpenFlags.Directory);
        MakeDirectory(
            entry,
            new CopyPlace(source ?? _source, sourcePath == "/" ? "." : TreePath.NameOf(sourcePath), target, TreePath.NameOf(targetPath), sourcePath, targetPath),
            overwrite: false);
    }

    private void MakeDirectory(TreeEntry entry, CopyPlace place, bool overwrite)
    {
        var made = FileSystem.TryMakeDirectoryAt(place.Target, place.TargetName, 0x1c0);
        if (!made)
        {
            var existing = FileSystem.GetStatusAt(place.Target, place.TargetName);
            if (!existing.IsDirectory)
            {
                if (!_options.AlwaysReplace)
                    throw new FileOperationException($"cannot copy to non-directory: {place.TargetPath} is a file, {place.SourcePath} is a directory");
                FileSystem.RemoveFileAt(place.Target, place.TargetName);
                FileSystem.MakeDirectoryAt(place.Target, place.TargetName, 0x1c0);
                made = true;
            }
        }
        if (!made && !overwrite)
            return;
        var owner = _options.Owner ?? new FileOwner(entry.Status.Uid, entry.Status.Gid);
        FileSystem.ChangeOwnerAt(place.Target, place.TargetName, owner.User, owner.Group);
        FileSystem.ChangeModeAt(place.Target, place.TargetName, _options.PermissionsFor(entry.Status));
        using var from = FileSystem.TryOpenAt(place.Source, place.SourceName, OpenFlags.Directory | OpenFlags.NoFollow);
        if (from is not null && ExtendedAttributes.List(from).Count > 0)
        {
            using var to = FileSystem.OpenAt(place.Target, place.TargetName, OpenFlags.Directory | OpenFlags.NoFollow);
            ContentAttributes.Copy(from, to);
        }
    }

    private void Link(string first, string next)
    {
        using var firstParent = TreeResolver.OpenPlain(_target, TreePath.ParentOf(first), OpenFlags.Directory);
        using var nextParent = TreeResolver.OpenPlain(_target, TreePath.ParentOf(next), OpenFlags.Directory);
        var name = TreePath.NameOf(next);
        _files.ClearTarget(nextParent, name, next);
        FileSystem.MakeHardLinkAt(firstParent, TreePath.NameOf(first), nextParent, name);
    }

    /// <param name="Directory">The directory that <paramref name="Entries"/> are (a part of) the content of; null at the top.</param>
    /// <param name="TargetName">Another name for the only entry; null keeps names.</param>
    private sealed record Work(string SourcePath, string TargetPath, TreeEntry[] Entries, TreeEntry? Directory, string? TargetName);
}
