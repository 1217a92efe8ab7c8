using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Storage;

/// <summary>
/// Writes a layer's directory as the tar that registries carry: entries sorted by name, whiteouts in their <c>.wh.</c> form, times in
/// whole seconds, hard links for names that share a file. The bytes depend on the tree alone.
/// </summary>
/// <param name="latest">Later times are set back to this; null leaves them.</param>
internal sealed class LayerPacker(OverlayForm form, DateTimeOffset? latest)
{
    private readonly Dictionary<ulong, string> _linked = [];
    private readonly byte[] _buffer = new byte[256 * 1024];

    /// <param name="paths">The layer's directories, lowest first: of a name that several have, the last one has what is in the layer.</param>
    public void Pack(IReadOnlyList<string> paths, Stream target, CancellationToken cancellationToken)
    {
        var writer = new LayerTarWriter(target);
        var roots = paths.Select(FileSystem.OpenDirectory).ToArray();
        try
        {
            PackContent(roots, "", writer, target, cancellationToken);
        }
        finally
        {
            foreach (var root in roots)
                root.Dispose();
        }
        writer.Finish();
    }

    private void PackContent(SafeFileHandle[] directories, string path, LayerTarWriter writer, Stream target, CancellationToken cancellationToken)
    {
        var names = directories switch
        {
            [var only] => [.. DirectoryReader.ReadAll(only).Select(entry => entry.Name)],
            _ => directories.SelectMany(directory => DirectoryReader.ReadAll(directory).Select(entry => entry.Name)).Distinct(StringComparer.Ordinal).ToList(),
        };
        names.Sort(CompareNames);
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = directories.Length - 1; i >= 0; i--)
            {
                if (!FileSystem.TryGetStatusAt(directories[i], name, out var status))
                    continue;
                PackEntry(directories.AsSpan(0, i + 1), name, path, status, writer, target, cancellationToken);
                break;
            }
        }
    }

    /// <param name="parents">The directories that may have it, lowest first; the last one does.</param>
    private void PackEntry(
        ReadOnlySpan<SafeFileHandle> parents, string name, string parentPath, FileStatus status, LayerTarWriter writer, Stream target,
        CancellationToken cancellationToken)
    {
        var parent = parents[^1];
        if (status.IsWhiteout)
        {
            writer.WriteHeader(new LayerTarEntry(LayerTarEntryType.Regular, $"{parentPath}.wh.{name}"));
            return;
        }
        // Sockets mean nothing without who listens.
        if (status.Type == FileType.Socket)
            return;
        var path = status.IsDirectory ? $"{parentPath}{name}/" : $"{parentPath}{name}";
        var header = new LayerTarEntry(ToEntryType(status.Type), path)
        {
            Mode = status.Permissions,
            Uid = status.Uid,
            Gid = status.Gid,
            ModifiedAt = ToTime(status.ModifiedAt),
            Size = status.IsRegular ? status.Size : 0,
            Device = status.SpecialDevice,
            LinkName = status.IsSymbolicLink ? FileSystem.ReadLinkAt(parent, name) : "",
        };
        if (!status.IsDirectory && status.LinkCount > 1)
        {
            if (_linked.TryGetValue(status.Inode, out var first))
            {
                writer.WriteHeader(header with
                {
                    Type = LayerTarEntryType.HardLink,
                    LinkName = first,
                    Size = 0,
                    Attributes = ReadAttributes(parent, name),
                });
                return;
            }
            _linked[status.Inode] = path;
        }
        if (status.IsRegular)
        {
            using var file = FileSystem.OpenAt(parent, name, OpenFlags.ReadOnly | OpenFlags.NoFollow);
            writer.WriteHeader(header with { Attributes = ReadAttributes(parent, name) });
            PackFile(file, header, writer, target, cancellationToken);
            return;
        }
        writer.WriteHeader(header with { Attributes = ReadAttributes(parent, name) });
        if (!status.IsDirectory)
            return;
        var directories = OpenAll(parents, name);
        try
        {
            if (form.IsOpaque(directories[^1]))
                writer.WriteHeader(new LayerTarEntry(LayerTarEntryType.Regular, path + ".wh..wh..opq"));
            PackContent(directories, path, writer, target, cancellationToken);
        }
        finally
        {
            foreach (var directory in directories)
                directory.Dispose();
        }
    }

    private static SafeFileHandle[] OpenAll(ReadOnlySpan<SafeFileHandle> parents, string name)
    {
        if (parents.Length == 1)
            return [FileSystem.OpenAt(parents[0], name, OpenFlags.Directory | OpenFlags.NoFollow)];
        var opened = new List<SafeFileHandle>(parents.Length);
        foreach (var parent in parents)
        {
            if (FileSystem.TryGetStatusAt(parent, name, out var status) && status.IsDirectory)
                opened.Add(FileSystem.OpenAt(parent, name, OpenFlags.Directory | OpenFlags.NoFollow));
        }
        return [.. opened];
    }

    private void PackFile(SafeFileHandle file, LayerTarEntry header, LayerTarWriter writer, Stream target, CancellationToken cancellationToken)
    {
        long position = 0;
        while (position < header.Size)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, header.Size - position)), position);
            if (read == 0)
                throw new IOException($"\"{LinuxPath.ToDisplay(header.Name)}\" became shorter while it was read");
            target.Write(_buffer, 0, read);
            position += read;
        }
        writer.EndContent(header.Size);
    }

    /// <summary>Capabilities, and what users have set; the rest is this machine's (security.selinux) or overlayfs's own.</summary>
    private static List<KeyValuePair<string, byte[]>> ReadAttributes(SafeFileHandle parent, string name)
    {
        var attributes = new List<KeyValuePair<string, byte[]>>();
        foreach (var attribute in ExtendedAttributes.ListAt(parent, name))
        {
            if (attribute != "security.capability"
                && (!attribute.StartsWith("user.", StringComparison.Ordinal) || OverlayForm.IsInternal(attribute)))
                continue;
            if (ExtendedAttributes.GetAt(parent, name, attribute) is { } value)
                attributes.Add(new(attribute, value));
        }
        return attributes;
    }

    private FileTime ToTime(FileTime time)
    {
        var bound = latest?.ToUnixTimeSeconds() ?? long.MaxValue;
        return new FileTime(Math.Min(time.Seconds, bound), 0);
    }

    private static LayerTarEntryType ToEntryType(FileType type) => type switch
    {
        FileType.Regular => LayerTarEntryType.Regular,
        FileType.Directory => LayerTarEntryType.Directory,
        FileType.SymbolicLink => LayerTarEntryType.SymbolicLink,
        FileType.CharacterDevice => LayerTarEntryType.CharacterDevice,
        FileType.BlockDevice => LayerTarEntryType.BlockDevice,
        FileType.Fifo => LayerTarEntryType.Fifo,
        _ => throw new InvalidDataException($"a file of the unknown type {type}"),
    };

    /// <summary>By bytes, as everybody else sorts them.</summary>
    private static int CompareNames(string a, string b) =>
        System.Text.Ascii.IsValid(a) && System.Text.Ascii.IsValid(b)
            ? string.CompareOrdinal(a, b)
            : LinuxPath.GetBytes(a).AsSpan().SequenceCompareTo(LinuxPath.GetBytes(b));
}
