using Buildx.Engine.Trees;
using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Operations.Files;

/// <summary>Makes directories in a tree, and gives them their times when everything in them is there.</summary>
/// <param name="permissions">Of the directories that are made.</param>
internal sealed class DirectoryMaker(SafeFileHandle root, uint permissions, FileOwner? owner, FileTime? time)
{
    private readonly List<string> _made = [];

    /// <summary>Makes a directory and the missing ones above it.</summary>
    /// <param name="path">Has no links in it, see <see cref="TreeResolver.ResolveNew"/>.</param>
    public void MakeAll(string path)
    {
        if (TreeResolver.GetStatus(root, path) is { } status)
        {
            if (!status.IsDirectory)
                throw new FileOperationException($"{path} is not a directory");
            return;
        }
        var parent = TreePath.ParentOf(path);
        MakeAll(parent);
        using var handle = TreeResolver.OpenPlain(root, parent, OpenFlags.Directory);
        Make(handle, TreePath.NameOf(path));
        _made.Add(path);
    }

    /// <summary>Makes one directory in an open one; false when something is there already.</summary>
    public bool Make(SafeFileHandle parent, string name)
    {
        if (!FileSystem.TryMakeDirectoryAt(parent, name, permissions))
            return false;
        if (owner is { } value)
            FileSystem.ChangeOwnerAt(parent, name, value.User, value.Group);
        // The umask took something away, and a change of the owner setuid and setgid.
        FileSystem.ChangeModeAt(parent, name, permissions);
        if (time is { } modified)
            FileSystem.SetTimesAt(parent, name, modified, modified);
        return true;
    }

    /// <summary>Adding to a directory changed its time; sets it again.</summary>
    public void SetTimes()
    {
        if (time is not { } modified)
            return;
        for (var i = _made.Count - 1; i >= 0; i--)
        {
            using var handle = TreeResolver.TryOpenPlain(root, _made[i], OpenFlags.Directory);
            if (handle is not null)
                FileSystem.SetTimes(handle, modified, modified);
        }
    }
}
