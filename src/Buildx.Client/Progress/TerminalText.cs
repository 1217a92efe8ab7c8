using System.Globalization;
using System.Text;

namespace Buildx.Client.Progress;

/// <summary>Text as a terminal shows it: measured in columns, and without what would move the cursor.</summary>
internal static class TerminalText
{
    // East Asian wide and full-width characters, and the emoji that terminals show in two columns.
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3), (0x25FD, 0x25FE),
        (0x2614, 0x2615), (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1), (0x26AA, 0x26AB), (0x26BD, 0x26BE),
        (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA), (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA),
        (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755),
        (0x2757, 0x2757), (0x2795, 0x2797), (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55),
        (0x2E80, 0x303E), (0x3041, 0x4DBF), (0x4E00, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE10, 0xFE19),
        (0xFE30, 0xFE6F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF), (0x1F004, 0x1F004),
        (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F200, 0x1F320), (0x1F32D, 0x1F335), (0x1F337, 0x1F37C),
        (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA), (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0), (0x1F3F4, 0x1F3F4), (0x1F3F8, 0x1F43E),
        (0x1F440, 0x1F440), (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D), (0x1F54B, 0x1F54E), (0x1F550, 0x1F567), (0x1F57A, 0x1F57A),
        (0x1F595, 0x1F596), (0x1F5A4, 0x1F5A4), (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6CC), (0x1F6D0, 0x1F6D2),
        (0x1F6D5, 0x1F6D7), (0x1F6DC, 0x1F6DF), (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC), (0x1F7E0, 0x1F7EB), (0x1F7F0, 0x1F7F0),
        (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945), (0x1F947, 0x1F9FF), (0x1FA70, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    /// <summary>How many columns it takes.</summary>
    public static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
            width += Width(rune);
        return width;
    }

    /// <summary>As much of it as fits.</summary>
    public static string Cut(string text, int width)
    {
        if (text.Length <= width / 2)
            return text;
        var (columns, length) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            columns += Width(rune);
            if (columns > width)
                return text[..length];
            length += rune.Utf16SequenceLength;
        }
        return text;
    }

    /// <summary>With blanks behind it, up to a width.</summary>
    public static string Pad(string text, int width) => text + new string(' ', Math.Max(0, width - Width(text)));

    /// <summary>What is left of it on a screen: nothing that moves the cursor or changes the terminal; of a line that was drawn over and over, its last state.</summary>
    public static string Clean(string text)
    {
        var carriage = text.TrimEnd('\r').LastIndexOf('\r');
        if (carriage >= 0)
            text = text[(carriage + 1)..];
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\e')
                i = EndOfSequence(text, i);
            else if (text[i] == '\u009b')
                i = EndOfControl(text, i + 1);
            else if (text[i] == '\t')
                clean.Append(' ');
            else if (!char.IsControl(text[i]))
                clean.Append(text[i]);
        }
        return clean.ToString();
    }

    /// <param name="start">Where the escape is.</param>
    /// <returns>The last character that belongs to it.</returns>
    private static int EndOfSequence(string text, int start)
    {
        if (start + 1 >= text.Length)
            return start;
        var next = start + 1;
        switch (text[next])
        {
            case '[':
                return EndOfControl(text, next + 1);
            // Titles, links and the like: up to a bell, or an escape and a backslash.
            case ']' or 'P' or 'X' or '^' or '_':
                for (var i = next + 1; i < text.Length; i++)
                {
                    if (text[i] is '\a' or '\u009c')
                        return i;
                    if (text[i] == '\e' && i + 1 < text.Length && text[i + 1] == '\\')
                        return i + 1;
                }
                return text.Length - 1;
            default:
                // Intermediate characters, then one that ends it.
                while (next < text.Length - 1 && text[next] is >= ' ' and <= '/')
                    next++;
                return next;
        }
    }

    private static int EndOfControl(string text, int i)
    {
        while (i < text.Length && text[i] is < '@' or > '~')
            i++;
        return i;
    }

    private static int Width(Rune rune)
    {
        if (rune.Value < 0x300)
            return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format || rune.Value is >= 0x1160 and <= 0x11FF)
            return 0;
        return rune.Value >= 0x1100 && IsWide(rune.Value) ? 2 : 1;
    }

    private static bool IsWide(int character)
    {
        var (low, high) = (0, Wide.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (character > Wide[middle].Last)
                low = middle + 1;
            else if (character < Wide[middle].First)
                high = middle - 1;
            else
                return true;
        }
        return false;
    }
}
