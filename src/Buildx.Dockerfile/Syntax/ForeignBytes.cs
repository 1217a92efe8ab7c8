using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Buildx.Dockerfile;

/// <summary>
/// Bytes of a file that are no UTF-8. In a text each is a lone surrogate, U+DC80 to U+DCFF, so that what is copied as it is can be
/// written as it was.
/// </summary>
internal static class ForeignBytes
{
    private const char First = '\uDC80';
    private const char Last = '\uDCFF';
    private const int Offset = 0xDC00;

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                for (var i = 0; i < length; i++)
                    text.Append((char)(Offset + bytes[i]));
            }
            bytes = bytes[length..];
        }
        return text.ToString();
    }

    public static byte[] Encode(string text)
    {
        if (!AreIn(text))
            return Encoding.UTF8.GetBytes(text);
        using var bytes = new MemoryStream();
        Span<byte> buffer = stackalloc byte[4];
        for (var i = 0; i < text.Length;)
        {
            if (IsOne(text, i))
            {
                bytes.WriteByte((byte)(text[i++] - Offset));
                continue;
            }
            _ = Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length);
            bytes.Write(buffer[..rune.EncodeToUtf8(buffer)]);
            i += length;
        }
        return bytes.ToArray();
    }

    public static bool AreIn(ReadOnlySpan<char> text) => IndexIn(text) >= 0;

    /// <summary>Where the first one is; negative for none.</summary>
    public static int IndexIn(ReadOnlySpan<char> text)
    {
        for (var start = 0; text[start..].IndexOfAnyInRange(First, Last) is >= 0 and var found; start++)
        {
            start += found;
            if (IsOne(text, start))
                return start;
        }
        return -1;
    }

    /// <summary>The same text with U+FFFD, as a reader takes what it cannot read.</summary>
    public static string Replace(string text)
    {
        if (!AreIn(text))
            return text;
        return string.Create(text.Length, text, (result, source) =>
        {
            for (var i = 0; i < result.Length; i++)
                result[i] = IsOne(source, i) ? '\uFFFD' : source[i];
        });
    }

    private static bool IsOne(ReadOnlySpan<char> text, int index) =>
        text[index] is >= First and <= Last && (index == 0 || !char.IsHighSurrogate(text[index - 1]));
}
