using System.Globalization;
using System.Numerics;

namespace Buildx.Bake.Hcl.Values;

/// <summary>
/// A number as the language has it: binary floating point of up to 512 bits, wide enough that decimals come back as they were
/// written. Precision is part of a number, because it decides how many digits are printed: 512 bits for what is written in a file,
/// 64 for what is counted, 53 for results of functions that work on doubles.
/// </summary>
public readonly partial struct Number : IEquatable<Number>, IComparable<Number>
{
    /// <summary>The bits of a number that was read from text.</summary>
    public const int FullPrecision = 512;

    private const int IntegerPrecision = 64;
    private const int DoublePrecision = 53;

    // The value is _mantissa * 2^_exponent; the mantissa is odd, or zero.
    private readonly BigInteger _mantissa;
    private readonly int _exponent;
    private readonly NumberForm _form;

    private Number(NumberForm form, BigInteger mantissa = default, int exponent = 0, int precision = IntegerPrecision)
    {
        _form = form;
        _mantissa = mantissa;
        _exponent = exponent;
        Precision = precision;
    }

    public static Number Zero { get; } = FromInteger(0);

    public static Number PositiveInfinity { get; } = new(NumberForm.PositiveInfinity);

    public static Number NegativeInfinity { get; } = new(NumberForm.NegativeInfinity);

    /// <summary>In bits.</summary>
    public int Precision { get; }

    public bool IsInfinite => _form is NumberForm.PositiveInfinity or NumberForm.NegativeInfinity;

    public bool IsZero => _form != NumberForm.PositiveInfinity && _form != NumberForm.NegativeInfinity && _mantissa.IsZero;

    public bool IsInteger => !IsInfinite && _exponent >= 0;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => _form switch
    {
        NumberForm.PositiveInfinity => 1,
        NumberForm.NegativeInfinity => -1,
        _ => _mantissa.Sign,
    };

    private bool IsNegative => _form is NumberForm.NegativeZero or NumberForm.NegativeInfinity || _mantissa.Sign < 0;

    public static Number FromInteger(long value) => Round(value, 0, IntegerPrecision);

    public static Number FromInteger(BigInteger value) =>
        Round(value, 0, Math.Max(IntegerPrecision, (int)BigInteger.Abs(value).GetBitLength()));

    /// <summary>Not a number is no number: it must not be given.</summary>
    public static Number FromDouble(double value)
    {
        if (double.IsInfinity(value))
            return value > 0 ? PositiveInfinity : NegativeInfinity;
        if (value == 0)
            return new Number(double.IsNegative(value) ? NumberForm.NegativeZero : NumberForm.Finite, precision: DoublePrecision);
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7ff);
        var mantissa = bits & 0xfffffffffffffL;
        mantissa = exponent == 0 ? mantissa : mantissa | (1L << 52);
        return Round(value < 0 ? -mantissa : mantissa, Math.Max(exponent, 1) - 1075, DoublePrecision);
    }

    /// <summary>The same number with another precision.</summary>
    public Number WithPrecision(int precision) => Normal(_form) ? Round(_mantissa, _exponent, precision) : new Number(_form, precision: precision);

    /// <summary>The whole part, towards zero. Not of an infinite number.</summary>
    public BigInteger Truncate()
    {
        if (_exponent >= 0)
            return _mantissa << _exponent;
        var whole = BigInteger.Abs(_mantissa) >> -_exponent;
        return _mantissa.Sign < 0 ? -whole : whole;
    }

    public bool TryGetInt32(out int value)
    {
        value = 0;
        if (!IsInteger || BitLength > 31)
            return false;
        value = (int)Truncate();
        return true;
    }

    public bool TryGetInt64(out long value)
    {
        value = 0;
        if (!IsInteger || BitLength > 63)
            return false;
        value = (long)Truncate();
        return true;
    }

    public double ToDouble()
    {
        if (IsInfinite)
            return _form == NumberForm.PositiveInfinity ? double.PositiveInfinity : double.NegativeInfinity;
        if (_form == NumberForm.NegativeZero)
            return -0.0;
        var rounded = Round(_mantissa, _exponent, DoublePrecision);
        return Math.ScaleB((double)rounded._mantissa, rounded._exponent);
    }

    public bool Equals(Number other)
    {
        if (IsInfinite || other.IsInfinite)
            return _form == other._form;
        if (IsInteger != other.IsInteger || Sign != other.Sign)
            return false;
        if (_mantissa == other._mantissa && _exponent == other._exponent)
            return true;
        // Fractions are the same when they print the same, so that 0.1 is 0.1 whatever its precision.
        return !IsInteger && ToString() == other.ToString();
    }

    public override bool Equals(object? obj) => obj is Number other && Equals(other);

    public override int GetHashCode() => IsInfinite ? (int)_form : IsInteger ? HashCode.Combine(_mantissa, _exponent) : ToString().GetHashCode(StringComparison.Ordinal);

    public int CompareTo(Number other)
    {
        if (IsInfinite || other.IsInfinite)
            return Extent(_form) - Extent(other._form);
        var shift = Math.Min(_exponent, other._exponent);
        return (_mantissa << (_exponent - shift)).CompareTo(other._mantissa << (other._exponent - shift));
    }

    public static bool operator ==(Number left, Number right) => left.Equals(right);

    public static bool operator !=(Number left, Number right) => !left.Equals(right);

    public static bool operator <(Number left, Number right) => left.CompareTo(right) < 0;

    public static bool operator >(Number left, Number right) => left.CompareTo(right) > 0;

    public static bool operator <=(Number left, Number right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Number left, Number right) => left.CompareTo(right) >= 0;

    private long BitLength => _mantissa.IsZero ? 0 : (long)BigInteger.Abs(_mantissa).GetBitLength() + _exponent;

    private static int Extent(NumberForm form) => form switch
    {
        NumberForm.PositiveInfinity => 1,
        NumberForm.NegativeInfinity => -1,
        _ => 0,
    };

    private static bool Normal(NumberForm form) => form == NumberForm.Finite;

    /// <summary>To the nearest number of that precision; halves to the even one.</summary>
    private static Number Round(BigInteger mantissa, int exponent, int precision)
    {
        if (mantissa.IsZero)
            return new Number(NumberForm.Finite, precision: precision);
        var size = BigInteger.Abs(mantissa);
        var excess = (int)size.GetBitLength() - precision;
        if (excess > 0)
        {
            var half = BigInteger.One << (excess - 1);
            var rest = size & ((BigInteger.One << excess) - 1);
            size >>= excess;
            if (rest > half || (rest == half && !size.IsEven))
                size++;
            exponent += excess;
        }
        if (size.IsEven)
        {
            var zeros = (int)BigInteger.TrailingZeroCount(size);
            size >>= zeros;
            exponent += zeros;
        }
        return new Number(NumberForm.Finite, mantissa.Sign < 0 ? -size : size, exponent, precision);
    }
}
