using Buildx.Engine.Storage;
using Buildx.Linux;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.Fsutil;

namespace Buildx.Engine.Exporting.Files;

/// <summary>Writes a tree of files as a tar.</summary>
internal static class TreeTar
{
    private const int CopySize = 256 * 1024;

    public static void Write(Stream output, IFileSource source, CancellationToken cancellationToken)
    {
        var tar = new LayerTarWriter(output);
        foreach (var stat in source.Walk(cancellationToken))
        {
            if (EntryOf(stat) is not { } entry)
                continue;
            if (entry.Type is not LayerTarEntryType.Regular)
            {
                tar.WriteHeader(entry);
                continue;
            }
            using var data = source.OpenFile(stat.Path) ?? throw new ExportException($"/{stat.Path} vanished while it was exported");
            var size = data.Length;
            tar.WriteHeader(entry with { Size = size });
            data.CopyTo(output, CopySize);
            tar.EndContent(size);
        }
        tar.Finish();
    }

    private static LayerTarEntry? EntryOf(Stat stat)
    {
        LayerTarEntryType? type = GoFileMode.ToFileType(stat.Mode) switch
        {
            FileType.Directory => LayerTarEntryType.Directory,
            FileType.SymbolicLink => LayerTarEntryType.SymbolicLink,
            FileType.CharacterDevice => LayerTarEntryType.CharacterDevice,
            FileType.BlockDevice => LayerTarEntryType.BlockDevice,
            FileType.Fifo => LayerTarEntryType.Fifo,
            FileType.Regular => stat.Linkname.Length > 0 ? LayerTarEntryType.HardLink : LayerTarEntryType.Regular,
            _ => null,
        };
        return type is null ? null : new LayerTarEntry(type.Value, type is LayerTarEntryType.Directory ? stat.Path + "/" : stat.Path)
        {
            Mode = GoFileMode.ToLinuxPermissions(stat.Mode),
            Uid = stat.Uid,
            Gid = stat.Gid,
            ModifiedAt = FileTime.FromUnixNanoseconds(stat.ModTime),
            LinkName = stat.Linkname,
            Device = new DeviceNumber((uint)stat.Devmajor, (uint)stat.Devminor),
            Attributes = [.. stat.Xattrs.OrderBy(attribute => attribute.Key, StringComparer.Ordinal).Select(attribute => KeyValuePair.Create(attribute.Key, attribute.Value.ToByteArray()))],
        };
    }
}
