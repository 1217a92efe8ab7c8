using System.Globalization;
using System.Text;

namespace Buildx.Bake.Hcl.Syntax;

/// <summary>What a name is made of: Unicode's <c>ID_Start</c> and <c>ID_Continue</c>, and hyphens within.</summary>
internal static class Identifier
{
    public static bool IsStart(Rune rune)
    {
        if (rune.IsAscii)
            return char.IsAsciiLetter((char)rune.Value) || rune.Value == '_';
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber => rune.Value != 0x2E2F,
            _ => rune.Value is 0x1885 or 0x1886 or 0x2118 or 0x212E or 0x309B or 0x309C,
        };
    }

    public static bool IsContinue(Rune rune)
    {
        if (rune.IsAscii)
            return char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '_' or '-';
        return IsStart(rune) || Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation => true,
            _ => rune.Value is 0x00B7 or 0x0387 or (>= 0x1369 and <= 0x1371) or 0x19DA or 0x30FB or 0xFF65,
        };
    }

    /// <summary>How many characters from there on are a name; 0 when none begins there.</summary>
    public static int Measure(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length)
        {
            if (Rune.DecodeFromUtf16(text[length..], out var rune, out var used) != System.Buffers.OperationStatus.Done)
                break;
            if (!(length == 0 ? IsStart(rune) : IsContinue(rune)))
                break;
            length += used;
        }
        return length;
    }

    public static bool IsValid(string name) => name.Length > 0 && Measure(name) == name.Length;
}
