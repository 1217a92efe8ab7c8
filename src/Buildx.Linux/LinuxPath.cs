using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Buildx.Linux;

/// <summary>
/// Paths and file names as strings. The kernel's names are bytes, nearly always UTF-8. A byte that isn't part of valid UTF-8
/// becomes the lone low surrogate U+DC00+byte, and becomes that byte again on the way back (what Python calls
/// <c>surrogateescape</c>), so every name survives a round trip. Such strings compare and hash like any others, but mustn't be
/// encoded by <see cref="Encoding.UTF8"/>: use <see cref="GetBytes(string)"/>, and <see cref="ToDisplay"/> for people.
/// </summary>
public static class LinuxPath
{
    private static readonly SearchValues<char> Special =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c), '\x7f', .. Enumerable.Range(0xdc80, 128).Select(c => (char)c)]);

    public static string GetString(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var chars = ArrayPool<char>.Shared.Rent(bytes.Length);
        var length = 0;
        while (!bytes.IsEmpty)
        {
            var status = Utf8.ToUtf16(bytes, chars.AsSpan(length), out var read, out var written, replaceInvalidSequences: false);
            length += written;
            bytes = bytes[read..];
            if (status == OperationStatus.Done)
                break;
            chars[length++] = (char)(0xdc00 + bytes[0]);
            bytes = bytes[1..];
        }
        var text = new string(chars, 0, length);
        ArrayPool<char>.Shared.Return(chars);
        return text;
    }

    /// <returns>The bytes, without a terminating zero.</returns>
    public static byte[] GetBytes(string text)
    {
        var buffer = new byte[GetMaxByteCount(text)];
        return buffer.AsSpan(0, GetBytes(text, buffer)).ToArray();
    }

    public static int GetMaxByteCount(ReadOnlySpan<char> text) => text.Length * 3;

    /// <returns>How many bytes were written; <paramref name="destination"/> has room for <see cref="GetMaxByteCount"/>.</returns>
    public static int GetBytes(ReadOnlySpan<char> text, Span<byte> destination)
    {
        var length = 0;
        while (true)
        {
            var status = Utf8.FromUtf16(text, destination[length..], out var read, out var written, replaceInvalidSequences: false);
            length += written;
            text = text[read..];
            if (status == OperationStatus.Done)
                return length;
            if (status == OperationStatus.DestinationTooSmall)
                throw new ArgumentException("the buffer is too small", nameof(destination));
            if (text[0] is < '\udc80' or > '\udcff')
                throw new ArgumentException($"\"{ToDisplay(text.ToString())}\" is not a path: it holds a lone surrogate", nameof(text));
            destination[length++] = (byte)(text[0] - 0xdc00);
            text = text[1..];
        }
    }

    /// <summary>Quoted, with what isn't printable as <c>\xNN</c>.</summary>
    public static string ToDisplay(string path)
    {
        if (!path.AsSpan().ContainsAny(Special))
            return path;
        var text = new StringBuilder();
        foreach (var c in path)
        {
            if (c is < ' ' or '\x7f' or (>= '\udc80' and <= '\udcff'))
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{(byte)c:x2}");
            else
                text.Append(c);
        }
        return text.ToString();
    }
}
