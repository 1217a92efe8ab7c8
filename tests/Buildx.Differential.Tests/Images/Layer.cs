using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Buildx.Differential.Tests.Images;

/// <summary>What one layer changes, read from its tar.</summary>
internal sealed class Layer
{
    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";
    private const string AttributePrefix = "SCHILY.xattr.";

    private Layer()
    {
    }

    public Dictionary<string, FileNode> Nodes { get; } = [];

    /// <summary>Name to name.</summary>
    public List<(string Path, string Target)> HardLinks { get; } = [];

    public List<string> Removed { get; } = [];

    public List<string> OpaqueDirectories { get; } = [];

    /// <param name="blob">Plain or gzip.</param>
    public static Layer Read(byte[] blob)
    {
        var layer = new Layer();
        using Stream stream = blob is [0x1f, 0x8b, ..] ? new GZipStream(new MemoryStream(blob), CompressionMode.Decompress) : new MemoryStream(blob);
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
            layer.Add(entry);
        return layer;
    }

    private void Add(TarEntry entry)
    {
        var path = entry.Name.Trim('/');
        path = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
        var (directory, name) = path.LastIndexOf('/') is >= 0 and var slash ? (path[..slash], path[(slash + 1)..]) : ("", path);
        if (name == Opaque)
            OpaqueDirectories.Add(directory);
        else if (name.StartsWith(Whiteout, StringComparison.Ordinal))
            Removed.Add(directory.Length == 0 ? name[Whiteout.Length..] : $"{directory}/{name[Whiteout.Length..]}");
        else if (entry.EntryType == TarEntryType.HardLink)
            HardLinks.Add((path, entry.LinkName.Trim('/')));
        else if (path is not ("" or "."))
            Nodes[path] = Read(entry);
    }

    private static FileNode Read(TarEntry entry)
    {
        var content = entry.DataStream is { } data ? SHA256.HashData(data) : [];
        var attributes = entry is PaxTarEntry pax
            ? pax.ExtendedAttributes.Where(pair => pair.Key.StartsWith(AttributePrefix, StringComparison.Ordinal))
                .ToDictionary(pair => pair.Key[AttributePrefix.Length..], pair => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(pair.Value)))
            : [];
        return new FileNode
        {
            Type = entry.EntryType is TarEntryType.V7RegularFile ? TarEntryType.RegularFile : entry.EntryType,
            Mode = entry.Mode,
            UserId = entry.Uid,
            GroupId = entry.Gid,
            Size = entry.Length,
            ContentDigest = Convert.ToHexStringLower(content),
            LinkTarget = entry.EntryType == TarEntryType.SymbolicLink ? entry.LinkName : null,
            Device = entry is PosixTarEntry device && entry.EntryType is TarEntryType.BlockDevice or TarEntryType.CharacterDevice
                ? (((PosixTarEntry)entry).DeviceMajor, ((PosixTarEntry)entry).DeviceMinor)
                : default,
            ExtendedAttributes = attributes,
            ModificationTime = entry.ModificationTime,
        };
    }
}
