using System.Text;
using Buildx.Engine.ContentHashing;
using Buildx.Linux;

namespace Buildx.Engine.Explanations;

/// <summary>
/// Files with what their content hash was made of, in few bytes each: sorted by path, and of each path only what differs from the
/// one before.
/// </summary>
internal static class FileList
{
    /// <summary>Some 200,000 files. What is more is not kept: that it differs can still be told.</summary>
    private const int MaximumSize = 8 << 20;

    /// <returns>Null when there are too many.</returns>
    public static byte[]? Write(IReadOnlyList<HashedFile> files)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        var before = "";
        foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            if (bytes.Length > MaximumSize)
                return null;
            if (file.Path == before)
                continue;
            var shared = CommonPrefix(before, file.Path);
            writer.Write7BitEncodedInt(shared);
            writer.Write(file.Path[shared..]);
            before = file.Path;
            var print = FilePrint.Of(file);
            writer.Write7BitEncodedInt((int)print.Mode);
            writer.Write7BitEncodedInt((int)print.Uid);
            writer.Write7BitEncodedInt((int)print.Gid);
            writer.Write7BitEncodedInt64(print.Size);
            if (print.Type == FileType.Regular)
                writer.Write(print.Content);
            if (print.Type == FileType.SymbolicLink)
                writer.Write(print.Link);
            writer.Write(print.Attributes);
        }
        writer.Flush();
        return bytes.ToArray();
    }

    public static Dictionary<string, FilePrint> Read(byte[] list)
    {
        var files = new Dictionary<string, FilePrint>(StringComparer.Ordinal);
        using var reader = new BinaryReader(new MemoryStream(list), Encoding.UTF8);
        var before = "";
        while (reader.BaseStream.Position < list.Length)
        {
            before = before[..reader.Read7BitEncodedInt()] + reader.ReadString();
            var mode = (uint)reader.Read7BitEncodedInt();
            var (uid, gid, size) = ((uint)reader.Read7BitEncodedInt(), (uint)reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt64());
            var type = (FileType)(mode & 0xf000);
            var content = type == FileType.Regular ? reader.ReadUInt64() : 0;
            var link = type == FileType.SymbolicLink ? reader.ReadString() : "";
            files[before] = new FilePrint(mode, uid, gid, size, content, link, reader.ReadUInt32());
        }
        return files;
    }

    private static int CommonPrefix(string first, string second)
    {
        var length = first.AsSpan().CommonPrefixLength(second);
        // Halves of a character are no text.
        return length > 0 && char.IsHighSurrogate(first[length - 1]) ? length - 1 : length;
    }
}
