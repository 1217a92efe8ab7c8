using System.Globalization;
using System.Numerics;
using System.Text;

namespace Buildx.Bake.Hcl.Values;

public readonly partial struct Number
{
    // Beyond these a number is no quantity of anything, and its digits alone would fill the memory.
    private const int MaximumDecimalExponent = 10_000;
    private const int MaximumDigits = 20_000;

    /// <summary>Reads a decimal number: digits, perhaps with a sign, a fraction and an exponent.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Number number)
    {
        number = default;
        var isNegative = text.Length > 0 && text[0] == '-';
        var rest = text.Length > 0 && text[0] is '-' or '+' ? text[1..] : text;
        var digits = new StringBuilder(Math.Min(rest.Length, MaximumDigits));
        var scale = 0;
        var hasPoint = false;
        var position = 0;
        for (; position < rest.Length; position++)
        {
            var c = rest[position];
            if (char.IsAsciiDigit(c))
            {
                digits.Append(c);
                scale -= hasPoint ? 1 : 0;
            }
            else if (c == '.' && !hasPoint)
            {
                hasPoint = true;
            }
            else
            {
                break;
            }
        }
        if (digits.Length is 0 or > MaximumDigits)
            return false;
        if (position < rest.Length)
        {
            if (rest[position] is not ('e' or 'E') || !TryReadExponent(rest[(position + 1)..], out var exponent))
                return false;
            scale += exponent;
        }
        if (Math.Abs(scale) > MaximumDecimalExponent + MaximumDigits)
            return false;
        number = FromDecimal(BigInteger.Parse(digits.ToString(), NumberStyles.None, CultureInfo.InvariantCulture), scale, isNegative);
        return true;
    }

    /// <summary>The shortest decimal, without an exponent, that is this number at its precision.</summary>
    public override string ToString()
    {
        switch (_form)
        {
            case NumberForm.PositiveInfinity:
                return "+Inf";
            case NumberForm.NegativeInfinity:
                return "-Inf";
            case NumberForm.NegativeZero:
                return "-0";
        }
        if (_exponent >= 0 && BitLength <= Precision)
            return Truncate().ToString(CultureInfo.InvariantCulture);
        var (digits, point) = ShortestDigits();
        return Place(digits, point, IsNegative);
    }

    /// <summary>With a fixed number of digits behind the point.</summary>
    public string ToString(int decimals)
    {
        if (IsInfinite)
            return ToString();
        // Scaled to whole units of the last digit, then rounded half to even.
        var power = BigInteger.Pow(10, decimals);
        var size = BigInteger.Abs(_mantissa) * power;
        if (_exponent >= 0)
        {
            size <<= _exponent;
        }
        else
        {
            var half = BigInteger.One << (-_exponent - 1);
            var rest = size & ((BigInteger.One << -_exponent) - 1);
            size >>= -_exponent;
            if (rest > half || (rest == half && !size.IsEven))
                size++;
        }
        var digits = size.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var text = decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}";
        return IsNegative ? "-" + text : text;
    }

    /// <summary>The digits of the shortest decimal, and where its point stands: after so many of them.</summary>
    internal (string Digits, int Point) ShortestDigits()
    {
        if (_mantissa.IsZero)
            return ("0", 1);
        // In halves of the last place, so that the bounds of what rounds to this number are whole.
        var size = BigInteger.Abs(_mantissa);
        var shift = Precision + 1 - (int)size.GetBitLength();
        var middle = shift >= 0 ? size << shift : size >> -shift;
        var exponent = _exponent - shift;
        var isInclusive = ((middle >> 1) & 1).IsZero;
        var scale = exponent < 0 ? BigInteger.Pow(5, -exponent) : BigInteger.One << exponent;
        var point = exponent < 0 ? exponent : 0;
        var exact = (middle * scale).ToString(CultureInfo.InvariantCulture);
        var lower = ((middle - 1) * scale).ToString(CultureInfo.InvariantCulture).PadLeft(exact.Length, '0');
        var upper = ((middle + 1) * scale).ToString(CultureInfo.InvariantCulture);
        var end = exact.Length + point;
        if (upper.Length > exact.Length)
        {
            // A power of ten lies between: with a digit more in front all three are of one length.
            exact = "0" + exact;
            lower = "0" + lower;
            end++;
        }
        var digits = Shorten(exact, lower, upper, isInclusive);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits[leading..].TrimEnd('0'), end - leading);
    }

    /// <summary>All digits of the decimal that is exactly this number, without its sign, and where its point stands: after so many of them.</summary>
    internal (string Digits, int Point) ExactDigits()
    {
        if (_mantissa.IsZero)
            return ("0", 1);
        var size = BigInteger.Abs(_mantissa);
        var digits = (_exponent < 0 ? size * BigInteger.Pow(5, -_exponent) : size << _exponent).ToString(CultureInfo.InvariantCulture);
        return (digits, digits.Length + Math.Min(_exponent, 0));
    }

    private static string Shorten(string exact, string lower, string upper, bool isInclusive)
    {
        var lowerLength = lower.TrimEnd('0').Length;
        var upperLength = upper.TrimEnd('0').Length;
        for (var i = 0; i < exact.Length; i++)
        {
            var canCut = lower[i] != exact[i] || (isInclusive && i + 1 == lowerLength);
            var canRaise = upper[i] != exact[i] && (isInclusive || exact[i] + 1 < upper[i] || i + 1 < upperLength);
            if (canCut && canRaise)
                return RoundsUp(exact, i + 1) ? Raise(exact[..(i + 1)]) : exact[..(i + 1)];
            if (canCut)
                return exact[..(i + 1)];
            if (canRaise)
                return Raise(exact[..(i + 1)]);
        }
        return exact;
    }

    private static bool RoundsUp(string digits, int length)
    {
        if (length >= digits.Length)
            return false;
        if (digits[length] == '5' && digits.AsSpan(length + 1).IndexOfAnyExcept('0') < 0)
            return length > 0 && (digits[length - 1] - '0') % 2 != 0;
        return digits[length] >= '5';
    }

    // The first digit never overflows: what is raised past it has a zero in front.
    private static string Raise(string digits)
    {
        var raised = digits.ToCharArray();
        var i = raised.Length - 1;
        while (i > 0 && raised[i] == '9')
            raised[i--] = '0';
        raised[i]++;
        return new string(raised);
    }

    private static string Place(string digits, int point, bool isNegative)
    {
        var text = point <= 0 ? $"0.{new string('0', -point)}{digits}"
            : point >= digits.Length ? digits + new string('0', point - digits.Length)
            : $"{digits[..point]}.{digits[point..]}";
        return isNegative ? "-" + text : text;
    }

    private static Number FromDecimal(BigInteger digits, int scale, bool isNegative)
    {
        if (digits.IsZero)
            return new Number(isNegative ? NumberForm.NegativeZero : NumberForm.Finite, precision: FullPrecision);
        var signed = isNegative ? -digits : digits;
        return scale >= 0
            ? Round(signed * BigInteger.Pow(5, scale), scale, FullPrecision)
            : Quotient(signed, BigInteger.Pow(5, -scale), scale, FullPrecision);
    }

    private static bool TryReadExponent(ReadOnlySpan<char> text, out int exponent) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) && Math.Abs((long)exponent) <= MaximumDecimalExponent;
}
