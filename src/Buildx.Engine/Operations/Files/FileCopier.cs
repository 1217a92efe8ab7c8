using Buildx.Engine.Trees;
using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Operations.Files;

/// <summary>Copies what is no directory. Safe for use by many threads.</summary>
/// <param name="sourceIsLive">The source may change while it is copied: then it is copied again, so that no file is half old, half new.</param>
internal sealed class FileCopier(CopyOptions options, bool sourceIsLive, CancellationToken cancellationToken)
{
    private const int MaxAttempts = 8;
    private const uint OwnerOnly = 0x180;

    private volatile bool _cannotClone;

    public void Copy(TreeEntry entry, in CopyPlace place)
    {
        var status = entry.Status;
        switch (status.Type)
        {
            case FileType.Regular:
                CopyRegular(entry, place);
                break;
            case FileType.SymbolicLink:
                try
                {
                    FileSystem.MakeSymbolicLinkAt(entry.LinkTarget!, place.Target, place.TargetName);
                }
                catch (LinuxException exception) when (exception.Errno == Errno.EEXIST)
                {
                    ClearTarget(place.Target, place.TargetName, place.TargetPath);
                    FileSystem.MakeSymbolicLinkAt(entry.LinkTarget!, place.Target, place.TargetName);
                }
                SetOwner(place, status);
                SetTimes(place, status);
                break;
            default:
                ClearTarget(place.Target, place.TargetName, place.TargetPath);
                FileSystem.MakeNodeAt(place.Target, place.TargetName, status.Type, OwnerOnly, status.SpecialDevice);
                SetOwner(place, status);
                FileSystem.ChangeModeAt(place.Target, place.TargetName, options.PermissionsFor(status));
                SetTimes(place, status);
                break;
        }
    }

    /// <summary>Removes what a file is going to replace. A directory is only replaced when that was asked for.</summary>
    public void ClearTarget(SafeFileHandle directory, string name, string path)
    {
        if (!FileSystem.TryGetStatusAt(directory, name, out var existing))
            return;
        if (!existing.IsDirectory)
            FileSystem.RemoveFileAt(directory, name);
        else if (options.AlwaysReplace)
            FileSystem.RemoveTreeAt(directory, name);
        else
            throw new FileOperationException($"cannot replace to directory {path} with file");
    }

    private void CopyRegular(TreeEntry entry, in CopyPlace place)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var source = FileSystem.OpenAt(place.Source, place.SourceName, OpenFlags.NoFollow | OpenFlags.NonBlocking);
            var status = sourceIsLive ? FileSystem.GetStatus(source) : entry.Status;
            if (!status.IsRegular)
                throw new FileOperationException($"{place.SourcePath} was replaced by something else while it was copied");
            using var target = CreateTarget(place);
            if (status.Size > 0 && !TryClone(source, target))
                FileSystem.CopyBytes(source, target, status.Size, cancellationToken);
            if (sourceIsLive && !IsSame(status, FileSystem.GetStatus(source)))
            {
                FileSystem.RemoveFileAt(place.Target, place.TargetName);
                if (attempt == MaxAttempts)
                    throw new FileOperationException($"{place.SourcePath} kept changing while it was copied; exclude it in .dockerignore, or build when nothing writes to it");
                continue;
            }
            var owner = options.Owner ?? new FileOwner(entry.Status.Uid, entry.Status.Gid);
            FileSystem.ChangeOwner(target, owner.User, owner.Group);
            FileSystem.ChangeMode(target, options.PermissionsFor(status));
            // After the owner: changing that takes capabilities away.
            ContentAttributes.Copy(source, target);
            FileSystem.SetTimes(target, options.Time ?? status.AccessedAt, options.Time ?? status.ModifiedAt);
            return;
        }
    }

    // Asked once: most file systems can't, and then no other file of this copy can either.
    private bool TryClone(SafeFileHandle source, SafeFileHandle target)
    {
        if (_cannotClone)
            return false;
        if (FileSystem.TryClone(source, target))
            return true;
        _cannotClone = FileSystem.LastError is Errno.EOPNOTSUPP or Errno.ENOTTY or Errno.EXDEV or Errno.ENOSYS;
        return false;
    }

    private SafeFileHandle CreateTarget(in CopyPlace place)
    {
        const OpenFlags flags = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;
        if (FileSystem.TryOpenAt(place.Target, place.TargetName, flags, OwnerOnly) is { } handle)
            return handle;
        if (FileSystem.LastError != Errno.EEXIST)
            throw LinuxException.FromLastError("openat", place.TargetPath);
        ClearTarget(place.Target, place.TargetName, place.TargetPath);
        return FileSystem.OpenAt(place.Target, place.TargetName, flags, OwnerOnly);
    }

    private void SetOwner(in CopyPlace place, in FileStatus status)
    {
        var owner = options.Owner ?? new FileOwner(status.Uid, status.Gid);
        FileSystem.ChangeOwnerAt(place.Target, place.TargetName, owner.User, owner.Group);
    }

    private void SetTimes(in CopyPlace place, in FileStatus status) =>
        FileSystem.SetTimesAt(place.Target, place.TargetName, options.Time ?? status.AccessedAt, options.Time ?? status.ModifiedAt);

    private static bool IsSame(in FileStatus before, in FileStatus after) =>
        before.Size == after.Size && before.ModifiedAt == after.ModifiedAt && before.ChangedAt == after.ChangedAt;
}
