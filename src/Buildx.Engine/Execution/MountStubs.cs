using System.Collections.Immutable;
using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Execution;

/// <summary>
/// The empty files and directories that must be there to mount onto. Those that were made are removed again when the
/// step is over, and their directories keep the times that the step gave them, so that nothing of it reaches the layer.
/// </summary>
internal sealed class MountStubs : IDisposable
{
    private readonly List<(SafeFileHandle Parent, string Name, bool IsDirectory)> _made = [];

    /// <summary>Whether a destination is missing, so that something would have to be made.</summary>
    public static bool AreNeeded(ContainerRoot root, ImmutableArray<(string Destination, bool IsDirectory)> destinations) =>
        destinations.Any(destination => !root.Exists(destination.Destination));

    public void Make(ContainerRoot root, ImmutableArray<(string Destination, bool IsDirectory)> destinations)
    {
        foreach (var (destination, isDirectory) in destinations)
        {
            if (root.Exists(destination))
                continue;
            if (isDirectory)
            {
                MakeDirectories(root, destination);
                continue;
            }
            var end = destination.LastIndexOf('/');
            var directory = end <= 0 ? "/" : destination[..end];
            MakeDirectories(root, directory);
            using var parent = root.TryOpenDirectory(directory) ?? throw LinuxException.FromLastError("openat2", directory);
            var before = FileSystem.GetStatus(parent);
            var name = destination[(end + 1)..];
            const uint mode = 0x1ed;
            // A dangling link is there already, and the runtime follows it inside the root.
            using var file = FileSystem.TryOpenAt(parent, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, mode);
            if (file is null && FileSystem.LastError != Errno.EEXIST)
                throw LinuxException.FromLastError("openat", destination);
            if (file is not null)
                Note(parent, name, isDirectory: false, before);
        }
    }

    public void Remove()
    {
        for (var i = _made.Count - 1; i >= 0; i--)
        {
            var (parent, name, isDirectory) = _made[i];
            if (!FileSystem.TryGetStatusAt(parent, name, out var status) || status.IsDirectory != isDirectory
                || (!isDirectory && (!status.IsRegular || status.Size != 0)))
                continue;
            var before = FileSystem.GetStatus(parent);
            try
            {
                _ = isDirectory ? FileSystem.RemoveEmptyDirectoryAt(parent, name) : FileSystem.RemoveFileAt(parent, name);
                FileSystem.SetTimes(parent, before.AccessedAt, before.ModifiedAt);
            }
            catch (LinuxException exception) when (exception.Errno is Errno.ENOTEMPTY or Errno.EEXIST)
            {
                // The step put something there: then the directory is the step's own.
            }
        }
    }

    public void Dispose()
    {
        foreach (var (parent, _, _) in _made)
            parent.Dispose();
        _made.Clear();
    }

    private void MakeDirectories(ContainerRoot root, string directory)
    {
        // The times from before are only known for directories that were there; new ones go away again.
        FileStatus? before = null;
        using (var deepest = OpenDeepest(root, directory))
            before = FileSystem.GetStatus(deepest);
        root.MakeDirectories(directory, (parent, name) =>
        {
            Note(parent, name, isDirectory: true, before);
            before = null;
        });
    }

    private static SafeFileHandle OpenDeepest(ContainerRoot root, string directory)
    {
        while (true)
        {
            if (root.TryOpenDirectory(directory.Length == 0 ? "/" : directory) is { } handle)
                return handle;
            if (directory.Length == 0)
                throw LinuxException.FromLastError("openat2", root.Path);
            directory = directory[..directory.LastIndexOf('/')];
        }
    }

    private void Note(SafeFileHandle parent, string name, bool isDirectory, FileStatus? before)
    {
        if (before is { } status)
            FileSystem.SetTimes(parent, status.AccessedAt, status.ModifiedAt);
        _made.Add((FileSystem.OpenAt(parent, ".", OpenFlags.Directory), name, isDirectory));
    }
}
