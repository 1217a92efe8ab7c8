using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>The table of contents of an eStargz layer, and what stands behind it.</summary>
internal static class EStargzTable
{
    /// <summary>The name of the table in the tar.</summary>
    public const string FileName = "stargz.index.json";

    private const int Version = 1;

    private static readonly JsonWriterOptions Format = new()
    {
        Indented = true,
        IndentCharacter = '\t',
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Serialize(IReadOnlyList<EStargzEntry> entries, Func<int, long> offsetOf)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, Format))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            writer.WriteStartArray("entries");
            foreach (var entry in entries)
                Write(writer, entry, entry.Member is { } member ? offsetOf(member) : 0);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return json.ToArray();
    }

    /// <summary>An empty gzip member whose header says where the table is.</summary>
    public static byte[] Footer(long tableOffset) =>
    [
        0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff,
        26, 0, (byte)'S', (byte)'G', 22, 0, .. Encoding.ASCII.GetBytes(tableOffset.ToString("x16", CultureInfo.InvariantCulture)), .. "STARGZ"u8,
        1, 0, 0, 0xff, 0xff,
        0, 0, 0, 0, 0, 0, 0, 0,
    ];

    private static void Write(Utf8JsonWriter writer, EStargzEntry entry, long offset)
    {
        var header = entry.Header;
        writer.WriteStartObject();
        writer.WriteString("name", ToText(header.Name));
        if (entry.IsFurtherPiece)
        {
            writer.WriteString("type", "chunk");
        }
        else
        {
            writer.WriteString("type", TypeOf(header));
            WriteNumber("size", header.Size);
            if (TimeOf(header.ModifiedAt) is { } time)
                writer.WriteString("modtime", time);
            if (header.Type is LayerTarEntryType.HardLink or LayerTarEntryType.SymbolicLink)
                WriteText("linkName", ToText(header.LinkName));
            WriteNumber("mode", header.Mode);
            WriteNumber("uid", header.Uid);
            WriteNumber("gid", header.Gid);
            WriteText("userName", entry.UserName);
            WriteText("groupName", entry.GroupName);
        }
        WriteNumber("offset", offset);
        if (!entry.IsFurtherPiece)
        {
            WriteNumber("devMajor", header.Device.Major);
            WriteNumber("devMinor", header.Device.Minor);
            WriteAttributes(writer, header.Attributes);
            WriteText("digest", entry.Digest?.Value);
        }
        WriteNumber("chunkOffset", entry.ContentOffset);
        WriteNumber("chunkSize", entry.ContentSize);
        WriteText("chunkDigest", entry.PieceDigest?.Value);
        writer.WriteEndObject();

        void WriteNumber(string name, long value)
        {
            if (value != 0)
                writer.WriteNumber(name, value);
        }

        void WriteText(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                writer.WriteString(name, value);
        }
    }

    private static void WriteAttributes(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, byte[]>> attributes)
    {
        if (attributes.Count == 0)
            return;
        writer.WriteStartObject("xattrs");
        foreach (var (name, value) in attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
            writer.WriteBase64String(ToText(name), value);
        writer.WriteEndObject();
    }

    private static string TypeOf(LayerTarEntry header) => header.Type switch
    {
        LayerTarEntryType.Directory => "dir",
        LayerTarEntryType.HardLink => "hardlink",
        LayerTarEntryType.SymbolicLink => "symlink",
        LayerTarEntryType.CharacterDevice => "char",
        LayerTarEntryType.BlockDevice => "block",
        LayerTarEntryType.Fifo => "fifo",
        _ => "reg",
    };

    private static string? TimeOf(FileTime time)
    {
        var seconds = time.Seconds + (time.Nanoseconds >= 500_000_000 ? 1 : 0);
        return seconds == 0 || seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? null
            : DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>JSON has no bytes: what is no text in a name becomes a mark.</summary>
    private static string ToText(string name) => Encoding.UTF8.GetString(LinuxPath.GetBytes(name));
}
