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
        using var bytes = new MemoryStream(files.Count * 40);
        using var writer = new BinaryWriter(bytes);
        var before = "";
        var sorted = files.ToArray();
        Array.Sort(sorted, (first, second) => string.CompareOrdinal(first.Path, second.Path));
        foreach (var file in sorted)
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
        var reader = new FileListReader(list);
        while (reader.MoveNext())
            files[reader.Path.ToString()] = reader.Print;
        return files;
    }

    /// <returns>Of two lists the files that are not the same in both.</returns>
    public static (Dictionary<string, FilePrint> Before, Dictionary<string, FilePrint> Now) FindDifferences(byte[] before, byte[] now)
    {
        var (old, current) = (new FileListReader(before), new FileListReader(now));
        var (onlyBefore, onlyNow) = (new Dictionary<string, FilePrint>(StringComparer.Ordinal), new Dictionary<string, FilePrint>(StringComparer.Ordinal));
        var (hasOld, hasCurrent) = (old.MoveNext(), current.MoveNext());
        while (hasOld || hasCurrent)
        {
            var order = !hasOld ? 1 : !hasCurrent ? -1 : old.Path.SequenceCompareTo(current.Path);
            if (order < 0 || (order == 0 && old.Print != current.Print))
                onlyBefore[old.Path.ToString()] = old.Print;
            if (order > 0 || (order == 0 && old.Print != current.Print))
                onlyNow[current.Path.ToString()] = current.Print;
            if (order <= 0)
                hasOld = old.MoveNext();
            if (order >= 0)
                hasCurrent = current.MoveNext();
        }
        return (onlyBefore, onlyNow);
    }

    private static int CommonPrefix(string first, string second)
    {
        var length = first.AsSpan().CommonPrefixLength(second);
        // Halves of a character are no text.
        return length > 0 && char.IsHighSurrogate(first[length - 1]) ? length - 1 : length;
    }
}
