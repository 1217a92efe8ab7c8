using Buildx.Engine.Operations.Files.Repeating;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Operations.Files;

/// <summary>One copy: finds the sources, decides where each goes, and has it copied or unpacked.</summary>
internal sealed class CopyAction(
    CopyPlan plan, SafeFileHandle target, FileTree source, FileOwner? owner, CopyTracker? tracker, CancellationToken cancellationToken)
{
    private const uint DefaultDirectoryMode = 0x1ed; // 0755

    private readonly DirectoryMaker _directories = new(target, plan.ParentMode, owner, plan.Timestamp);

    public void Run()
    {
        if (!plan.CreateDestinationPath
            && TreeResolver.GetStatus(target, TreePath.ParentOf(TreeResolver.ResolveNew(target, plan.Destination))) is null)
        {
            throw new FileOperationException($"cannot copy to {plan.Destination}: the directory it would be in does not exist");
        }
        using var root = FileSystem.OpenDirectory(source.Root);
        IReadOnlyList<string> paths = plan.AllowWildcard
            ? TreeGlob.Expand(root, source, plan.Source, cancellationToken)
            : [plan.Source];
        if (paths.Count == 0 && !plan.AllowEmptyWildcard)
            throw NotFound(plan.Source);
        TreeFilter? selection;
        try
        {
            selection = TreeFilter.Create(plan.IncludePatterns, plan.ExcludePatterns);
        }
        catch (FormatException exception)
        {
            throw new FileOperationException($"cannot copy {plan.Source}: {exception.Message}", exception);
        }
        foreach (var path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!plan.Unpack || !Unpack(root, source, path))
                Copy(root, source, selection, path);
        }
        _directories.SetTimes();
    }

    private void Copy(SafeFileHandle root, FileTree tree, TreeFilter? selection, string path)
    {
        MakeParents();
        var from = TreeResolver.Resolve(root, path, plan.FollowSymlink) ?? throw NotFound(path);
        var entry = new TreeScanner(root, tree, selection).Scan(from, cancellationToken) ?? throw NotFound(path);
        var isDirectory = entry.Children is not null;

        var to = TreeResolver.ResolveNew(target, plan.Destination);
        var existing = TreeResolver.GetStatus(target, to);
        // The tree's root has no name to be copied under.
        if (existing is not null && (isDirectory ? !plan.DirectoryContents : existing.Value.IsDirectory) && TreePath.NameOf(path) is { Length: > 0 } name)
            to = TreePath.Join(to, name);
        // As BuildKit: a directory whose content is copied to a place that isn't there yet is made with default metadata.
        _directories.MakeAll(plan.DirectoryContents && isDirectory && existing is null ? to : TreePath.ParentOf(to));

        if (tracker is not null)
        {
            if (tracker.Track(entry, to, tree.Scan?.Began) is not { } changed)
                return;
            entry = changed;
        }
        var options = new CopyOptions(owner, plan.Mode, plan.Timestamp, plan.AlwaysReplace);
        new TreeCopier(root, tree.IsLive, target, options, cancellationToken).Copy(entry, from, to);
    }

    /// <summary>A destination that ends with a slash (or <c>/.</c>) is a directory itself, else what it is in must exist.</summary>
    private void MakeParents()
    {
        var isDirectory = plan.Destination.EndsWith('/') || plan.Destination.EndsWith("/.", StringComparison.Ordinal);
        var path = isDirectory ? plan.Destination : TreePath.ParentOf(plan.Destination);
        _directories.MakeAll(TreeResolver.ResolveNew(target, path));
    }

    private bool Unpack(SafeFileHandle root, FileTree tree, string path)
    {
        // Archives are found through links, unlike files that are copied.
        if (TreeResolver.Resolve(root, path, followLast: true) is not { } from
            || new TreeScanner(root, tree, null).Scan(from, cancellationToken) is not { Status.IsRegular: true })
        {
            return false;
        }
        using var archive = TreeResolver.OpenPlain(root, from, OpenFlags.NonBlocking);
        using var content = ArchiveReader.TryOpen(archive, path, cancellationToken);
        if (content is null)
            return false;
        var directory = TreeResolver.ResolveNew(target, plan.Destination);
        new DirectoryMaker(target, DefaultDirectoryMode, owner, plan.Timestamp).MakeAll(directory);
        using var place = TreeResolver.OpenPlain(target, directory, OpenFlags.Directory);
        new ArchiveExtractor(place, owner, cancellationToken).Extract(content, path);
        return true;
    }

    private static FileOperationException NotFound(string path) => new($"\"{path}\": not found");
}
