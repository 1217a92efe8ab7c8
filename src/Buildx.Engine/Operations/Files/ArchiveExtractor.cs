using System.Formats.Tar;
using System.Text;
using Buildx.Engine.Trees;
using Buildx.Linux;
using ICSharpCode.SharpZipLib.BZip2;
using Microsoft.Win32.SafeHandles;
using ZstdSharp;

namespace Buildx.Engine.Operations.Files;

/// <summary>Extracts a tar archive into a directory that is its root: neither names nor links lead out of it.</summary>
internal sealed class ArchiveExtractor(SafeFileHandle root, FileOwner? owner, CancellationToken cancellationToken)
{
    private const uint MissingDirectoryMode = 0x1ed; // 0755
    private const uint PermissionBits = 0xfff;
    private const string AttributePrefix = "SCHILY.xattr.";

    private readonly Dictionary<string, FileTime> _directoryTimes = [];
    private readonly DirectoryMaker _missing = new(root, MissingDirectoryMode, owner, null);

    public void Extract(Stream archive, string archivePath)
    {
        using var reader = new TarReader(archive, leaveOpen: true);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (reader.GetNextEntry() is not { } entry)
                    break;
                if (entry.EntryType is not (TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes))
                    Extract(entry, archivePath);
            }
            catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException or BZip2Exception or ZstdException)
            {
                throw new FileOperationException($"{archivePath}: the archive is damaged: {exception.Message}", exception);
            }
        }
        // Deepest first: what is set on a directory stays.
        foreach (var (path, time) in _directoryTimes.OrderByDescending(pair => pair.Key.Length))
        {
            using var handle = TreeResolver.TryOpenPlain(root, path, OpenFlags.Directory);
            if (handle is not null)
                FileSystem.SetTimes(handle, time, time);
        }
    }

    private void Extract(TarEntry entry, string archivePath)
    {
        if (LeadsOut(entry.Name))
            throw new FileOperationException($"{archivePath} holds \"{entry.Name}\", which leads out of the directory it is extracted to");
        var path = TreePath.Clean(entry.Name);
        if (path == "/")
        {
            if (entry.EntryType == TarEntryType.Directory)
                SetAttributes(root, entry, isDirectory: true, "/");
            return;
        }
        var parentPath = TreeResolver.ResolveNew(root, TreePath.ParentOf(path));
        _missing.MakeAll(parentPath);
        using var parent = TreeResolver.OpenPlain(root, parentPath, OpenFlags.Directory);
        var name = TreePath.NameOf(path);
        var place = TreePath.Join(parentPath, name);
        var exists = FileSystem.TryGetStatusAt(parent, name, out var existing);
        if (exists && !(existing.IsDirectory && entry.EntryType == TarEntryType.Directory))
        {
            FileSystem.RemoveTreeAt(parent, name);
            exists = false;
        }
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                if (!exists)
                    FileSystem.MakeDirectoryAt(parent, name, 0x1c0);
                using (var directory = FileSystem.OpenAt(parent, name, OpenFlags.Directory | OpenFlags.NoFollow))
                    SetAttributes(directory, entry, isDirectory: true, place);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                using (var file = FileSystem.OpenAt(
                    parent, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180))
                {
                    WriteContent(entry, file);
                    SetAttributes(file, entry, isDirectory: false, place);
                }
                break;
            case TarEntryType.SymbolicLink:
                FileSystem.MakeSymbolicLinkAt(entry.LinkName, parent, name);
                SetOwnerAndTime(parent, name, entry);
                break;
            case TarEntryType.HardLink:
                MakeHardLink(entry, parent, name);
                break;
            case TarEntryType.Fifo:
                MakeNode(entry, parent, name, FileType.Fifo, default);
                break;
            case TarEntryType.CharacterDevice when entry is PosixTarEntry device:
                MakeNode(entry, parent, name, FileType.CharacterDevice, new DeviceNumber((uint)device.DeviceMajor, (uint)device.DeviceMinor));
                break;
            case TarEntryType.BlockDevice when entry is PosixTarEntry device:
                MakeNode(entry, parent, name, FileType.BlockDevice, new DeviceNumber((uint)device.DeviceMajor, (uint)device.DeviceMinor));
                break;
            default:
                throw new FileOperationException($"{archivePath}: \"{entry.Name}\" is of the kind '{(char)entry.EntryType}', which cannot be extracted");
        }
    }

    private static bool LeadsOut(string name)
    {
        var depth = 0;
        foreach (var part in name.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            depth += part switch { "." => 0, ".." => -1, _ => 1 };
            if (depth < 0)
                return true;
        }
        return false;
    }

    private void MakeHardLink(TarEntry entry, SafeFileHandle parent, string name)
    {
        var targetPath = TreeResolver.Resolve(root, TreePath.ParentOf(TreePath.Clean(entry.LinkName)), followLast: true)
            ?? throw new FileOperationException($"the archive links \"{entry.Name}\" to \"{entry.LinkName}\", which it does not hold");
        using var targetParent = TreeResolver.OpenPlain(root, targetPath, OpenFlags.Directory);
        FileSystem.MakeHardLinkAt(targetParent, TreePath.NameOf(TreePath.Clean(entry.LinkName)), parent, name);
    }

    private void MakeNode(TarEntry entry, SafeFileHandle parent, string name, FileType type, DeviceNumber device)
    {
        FileSystem.MakeNodeAt(parent, name, type, 0x180, device);
        SetOwnerAndTime(parent, name, entry);
        FileSystem.ChangeModeAt(parent, name, (uint)entry.Mode & PermissionBits);
    }

    private void WriteContent(TarEntry entry, SafeFileHandle file)
    {
        if (entry.DataStream is not { } content)
            return;
        var buffer = new byte[128 * 1024];
        long offset = 0;
        int read;
        while ((read = content.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RandomAccess.Write(file, buffer.AsSpan(0, read), offset);
            offset += read;
        }
    }

    private void SetAttributes(SafeFileHandle handle, TarEntry entry, bool isDirectory, string path)
    {
        var (user, group) = OwnerOf(entry);
        FileSystem.ChangeOwner(handle, user, group);
        FileSystem.ChangeMode(handle, (uint)entry.Mode & PermissionBits);
        if (entry is PaxTarEntry pax)
        {
            foreach (var (key, value) in pax.ExtendedAttributes)
            {
                if (key.StartsWith(AttributePrefix, StringComparison.Ordinal) && ContentAttributes.IsContent(key[AttributePrefix.Length..]))
                    ContentAttributes.TrySet(handle, key[AttributePrefix.Length..], Encoding.UTF8.GetBytes(value));
            }
        }
        var time = FileTime.From(entry.ModificationTime);
        if (isDirectory)
            _directoryTimes[path] = time;
        else
            FileSystem.SetTimes(handle, time, time);
    }

    private void SetOwnerAndTime(SafeFileHandle parent, string name, TarEntry entry)
    {
        var (user, group) = OwnerOf(entry);
        FileSystem.ChangeOwnerAt(parent, name, user, group);
        var time = FileTime.From(entry.ModificationTime);
        FileSystem.SetTimesAt(parent, name, time, time);
    }

    private (uint User, uint Group) OwnerOf(TarEntry entry) =>
        owner is { } value ? (value.User, value.Group) : ((uint)entry.Uid, (uint)entry.Gid);
}
