using Buildx.Engine.Operations.Files.Repeating;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Operations.Files;

/// <summary>Carries out single file actions on directories.</summary>
internal static class FileActionRunner
{
    /// <param name="root">The tree that is changed: a directory, all paths are resolved inside it.</param>
    /// <param name="source">The tree that is copied from; null is an empty one.</param>
    /// <param name="owner">The resolved <see cref="FileActionPlan.Owner"/>.</param>
    /// <param name="tracker">Goes along with a copy; null for nobody.</param>
    /// <exception cref="FileOperationException">It can't be done; the message is for users.</exception>
    public static Task RunAsync(
        FileActionPlan plan, string root, FileTree? source, FileOwner? owner, CopyTracker? tracker, CancellationToken cancellationToken) =>
        Task.Run(() => Run(plan, root, source, owner, tracker, cancellationToken), cancellationToken);

    private static void Run(
        FileActionPlan plan, string root, FileTree? source, FileOwner? owner, CopyTracker? tracker, CancellationToken cancellationToken)
    {
        using var handle = FileSystem.OpenDirectory(root);
        try
        {
            switch (plan)
            {
                case CopyPlan copy:
                    new CopyAction(copy, handle, source!, owner, tracker, cancellationToken).Run();
                    break;
                case MakeDirectoryPlan make:
                    MakeDirectory(make, handle, owner);
                    break;
                case MakeFilePlan make:
                    MakeFile(make, handle, owner);
                    break;
                case MakeSymlinkPlan make:
                    MakeSymlink(make, handle, owner);
                    break;
                case RemovePlan remove:
                    Remove(remove, handle, root, cancellationToken);
                    break;
                default:
                    throw new FileOperationException($"file actions of the kind {plan.GetType().Name} are not known to this engine");
            }
        }
        catch (LinuxException exception)
        {
            throw new FileOperationException($"{Describe(plan)}: {exception.Message}", exception);
        }
    }

    private static string Describe(FileActionPlan plan) => plan switch
    {
        CopyPlan copy => $"cannot copy {copy.Source} to {copy.Destination}",
        MakeDirectoryPlan make => $"cannot make the directory {make.Path}",
        MakeFilePlan make => $"cannot write {make.Path}",
        MakeSymlinkPlan make => $"cannot make the link {make.Path}",
        RemovePlan remove => $"cannot remove {remove.Path}",
        _ => "a file action failed",
    };

    private static void MakeDirectory(MakeDirectoryPlan plan, SafeFileHandle root, FileOwner? owner)
    {
        var maker = new DirectoryMaker(root, plan.Mode, owner, plan.Timestamp);
        var path = TreeResolver.ResolveNew(root, plan.Path);
        if (plan.MakeParents)
        {
            maker.MakeAll(path);
            maker.SetTimes();
            return;
        }
        if (path == "/")
            return;
        using var parent = TreeResolver.OpenPlain(root, TreePath.ParentOf(path), OpenFlags.Directory);
        // Whatever exists there is left alone.
        maker.Make(parent, TreePath.NameOf(path));
    }

    private static void MakeFile(MakeFilePlan plan, SafeFileHandle root, FileOwner? owner)
    {
        var path = TreeResolver.ResolveNew(root, plan.Path);
        using var parent = TreeResolver.OpenPlain(root, TreePath.ParentOf(path), OpenFlags.Directory);
        var name = TreePath.NameOf(path);
        var isNew = !FileSystem.TryGetStatusAt(parent, name, out _);
        using var file = FileSystem.OpenAt(
            parent, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate | OpenFlags.NoFollow, plan.Mode);
        FileSystem.Write(file, plan.Data.Span);
        if (owner is { } value)
            FileSystem.ChangeOwner(file, value.User, value.Group);
        // A file that existed keeps its mode, as with any other writer.
        if (isNew)
            FileSystem.ChangeMode(file, plan.Mode);
        if (plan.Timestamp is { } time)
            FileSystem.SetTimes(file, time, time);
    }

    private static void MakeSymlink(MakeSymlinkPlan plan, SafeFileHandle root, FileOwner? owner)
    {
        var path = TreeResolver.ResolveNew(root, TreePath.ParentOf(plan.Path));
        using var parent = TreeResolver.OpenPlain(root, path, OpenFlags.Directory);
        var name = TreePath.NameOf(plan.Path);
        FileSystem.MakeSymbolicLinkAt(plan.Target, parent, name);
        if (owner is { } value)
            FileSystem.ChangeOwnerAt(parent, name, value.User, value.Group);
        if (plan.Timestamp is { } time)
            FileSystem.SetTimesAt(parent, name, time, time);
    }

    private static void Remove(RemovePlan plan, SafeFileHandle root, string rootPath, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> paths = plan.AllowWildcard
            ? TreeGlob.Expand(root, new FileTree(rootPath), plan.Path, cancellationToken)
            : [plan.Path];
        foreach (var path in paths)
        {
            var directory = TreeResolver.Resolve(root, TreePath.ParentOf(path), followLast: true);
            var removed = false;
            if (directory is not null)
            {
                using var parent = TreeResolver.OpenPlain(root, directory, OpenFlags.Directory);
                removed = FileSystem.RemoveTreeAt(parent, TreePath.NameOf(path));
            }
            if (!removed && !plan.AllowNotFound)
                throw new FileOperationException($"cannot remove {path}: there is no such file");
        }
    }
}
