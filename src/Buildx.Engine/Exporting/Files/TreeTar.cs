using System.Formats.Tar;
using System.Text;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.Fsutil;

namespace Buildx.Engine.Exporting.Files;

/// <summary>Writes a tree of files as a tar (pax).</summary>
internal static class TreeTar
{
    private const string AttributePrefix = "SCHILY.xattr.";

    public static async Task WriteAsync(Stream output, IFileSource source, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var stat in source.Walk(cancellationToken))
        {
            if (EntryOf(stat) is not { } entry)
                continue;
            if (entry.EntryType is not TarEntryType.RegularFile)
            {
                await tar.WriteEntryAsync(entry, cancellationToken);
                continue;
            }
            await using var data = source.OpenFile(stat.Path) ?? throw new ExportException($"/{stat.Path} vanished while it was exported");
            entry.DataStream = data;
            await tar.WriteEntryAsync(entry, cancellationToken);
        }
    }

    private static PaxTarEntry? EntryOf(Stat stat)
    {
        var isLink = (stat.Mode & GoFileMode.SymbolicLink) != 0;
        TarEntryType? type = GoFileMode.ToFileType(stat.Mode) switch
        {
            Linux.FileType.Directory => TarEntryType.Directory,
            Linux.FileType.SymbolicLink => TarEntryType.SymbolicLink,
            Linux.FileType.CharacterDevice => TarEntryType.CharacterDevice,
            Linux.FileType.BlockDevice => TarEntryType.BlockDevice,
            Linux.FileType.Fifo => TarEntryType.Fifo,
            Linux.FileType.Regular => stat.Linkname.Length > 0 && !isLink ? TarEntryType.HardLink : TarEntryType.RegularFile,
            _ => null,
        };
        if (type is null)
            return null;
        var entry = new PaxTarEntry(type.Value, type is TarEntryType.Directory ? stat.Path + "/" : stat.Path, Attributes(stat))
        {
            Mode = (UnixFileMode)GoFileMode.ToLinuxPermissions(stat.Mode),
            Uid = (int)stat.Uid,
            Gid = (int)stat.Gid,
            ModificationTime = DateTimeOffset.UnixEpoch.AddTicks(stat.ModTime / 100),
        };
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            entry.LinkName = stat.Linkname;
        if (type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice)
            (entry.DeviceMajor, entry.DeviceMinor) = ((int)stat.Devmajor, (int)stat.Devminor);
        return entry;
    }

    private static IEnumerable<KeyValuePair<string, string>> Attributes(Stat stat)
    {
        foreach (var (name, value) in stat.Xattrs.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
            yield return new(AttributePrefix + name, Encoding.UTF8.GetString(value.Span));
    }
}
