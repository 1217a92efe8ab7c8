using System.Globalization;
using System.Numerics;
using System.Text;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Numbers as <c>printf</c> writes them.</summary>
internal static class FormatNumber
{
    private const int DefaultDecimals = 6;

    public static string Decimal(Number number, char mode, int? precision)
    {
        if (number.IsInfinite)
            return number.ToString();
        if (mode == 'f')
            return number.ToString(precision ?? DefaultDecimals);
        var isNegative = number.ToString().StartsWith('-');
        var text = char.ToLowerInvariant(mode) == 'e' ? Scientific(number, precision ?? DefaultDecimals) : General(number, precision);
        text = isNegative ? "-" + text : text;
        return char.IsUpper(mode) ? text.ToUpperInvariant() : text;
    }

    public static string Integer(BigInteger number, FormatVerb verb)
    {
        var size = BigInteger.Abs(number);
        var digits = verb.Mode switch
        {
            'd' => size.ToString(CultureInfo.InvariantCulture),
            'b' => InBase(size, 1),
            'o' => InBase(size, 3),
            _ => InBase(size, 4),
        };
        if (verb.Mode == 'X')
            digits = digits.ToUpperInvariant();
        if (verb.Precision is { } least)
            digits = least == 0 && size.IsZero ? "" : digits.PadLeft(least, '0');
        var prefix = !verb.Has('#') ? "" : verb.Mode switch
        {
            'b' => "0b",
            'o' => "0",
            'x' => "0x",
            'X' => "0X",
            _ => "",
        };
        return (number.Sign < 0 ? "-" : "") + prefix + digits;
    }

    private static string InBase(BigInteger number, int bits)
    {
        if (number.IsZero)
            return "0";
        var digits = new StringBuilder();
        for (var rest = number; !rest.IsZero; rest >>= bits)
            digits.Insert(0, "0123456789abcdef"[(int)(rest & ((1 << bits) - 1))]);
        return digits.ToString();
    }

    private static string Scientific(Number number, int decimals)
    {
        var (digits, point) = Rounded(number, decimals + 1);
        return WithExponent(digits, number.IsZero ? 0 : point - 1);
    }

    private static string General(Number number, int? precision)
    {
        if (number.IsZero)
            return "0";
        var significant = precision is 0 ? 1 : precision;
        var (digits, point) = significant is { } count ? Rounded(number, count) : number.ShortestDigits();
        digits = digits.TrimEnd('0');
        var limit = significant is null ? DefaultDecimals : significant.Value > digits.Length && digits.Length >= point ? digits.Length : significant.Value;
        var exponent = point - 1;
        if (exponent < -4 || exponent >= limit)
            return WithExponent(digits, exponent);
        return point <= 0 ? $"0.{new string('0', -point)}{digits}" : digits.Length <= point ? digits.PadRight(point, '0') : $"{digits[..point]}.{digits[point..]}";
    }

    private static string WithExponent(string digits, int exponent) =>
        $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";

    /// <summary>So many digits of the number, and after how many of them the point stands.</summary>
    private static (string Digits, int Point) Rounded(Number number, int count)
    {
        var (exact, point) = number.ExactDigits();
        if (exact.Length <= count)
            return (exact.PadRight(count, '0'), point);
        var kept = BigInteger.Parse(exact.AsSpan(0, count), NumberStyles.None, CultureInfo.InvariantCulture);
        var isHalf = exact[count] == '5' && exact.AsSpan(count + 1).IndexOfAnyExcept('0') < 0;
        if (isHalf ? !kept.IsEven : exact[count] >= '5')
            kept++;
        var digits = kept.ToString(CultureInfo.InvariantCulture);
        return digits.Length > count ? (digits[..count], point + 1) : (digits, point);
    }
}
