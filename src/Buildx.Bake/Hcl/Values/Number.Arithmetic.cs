using System.Numerics;

namespace Buildx.Bake.Hcl.Values;

public readonly partial struct Number
{
    /// <returns>Null for infinities of opposite signs, whose sum is no number.</returns>
    public static Number? Add(Number left, Number right)
    {
        if (left.IsInfinite || right.IsInfinite)
            return !left.IsInfinite ? right : !right.IsInfinite || left._form == right._form ? left : null;
        var precision = Math.Max(left.Precision, right.Precision);
        if (left.IsZero)
            return right.IsZero && !(left.IsNegative && right.IsNegative) ? new Number(NumberForm.Finite, precision: precision) : right.WithPrecision(precision);
        if (right.IsZero)
            return left.WithPrecision(precision);
        var exponent = Math.Min(left._exponent, right._exponent);
        return Round((left._mantissa << (left._exponent - exponent)) + (right._mantissa << (right._exponent - exponent)), exponent, precision);
    }

    public static Number? Subtract(Number left, Number right) => Add(left, Negate(right));

    /// <returns>Null for zero times infinity.</returns>
    public static Number? Multiply(Number left, Number right)
    {
        var isNegative = left.IsNegative != right.IsNegative;
        if (left.IsInfinite || right.IsInfinite)
            return left.IsZero || right.IsZero ? null : isNegative ? NegativeInfinity : PositiveInfinity;
        var precision = Math.Max(left.Precision, right.Precision);
        if (left.IsZero || right.IsZero)
            return new Number(isNegative ? NumberForm.NegativeZero : NumberForm.Finite, precision: precision);
        var product = Round(left._mantissa * right._mantissa, left._exponent + right._exponent, FullPrecision);
        return product.WithPrecision(Math.Max(precision, (int)BigInteger.Abs(product._mantissa).GetBitLength()));
    }

    /// <returns>Null for zero by zero and infinity by infinity; by zero alone it is infinite.</returns>
    public static Number? Divide(Number left, Number right)
    {
        var isNegative = left.IsNegative != right.IsNegative;
        if ((left.IsZero && right.IsZero) || (left.IsInfinite && right.IsInfinite))
            return null;
        if (left.IsInfinite || right.IsZero)
            return isNegative ? NegativeInfinity : PositiveInfinity;
        var precision = Math.Max(left.Precision, right.Precision);
        if (left.IsZero || right.IsInfinite)
            return new Number(isNegative ? NumberForm.NegativeZero : NumberForm.Finite, precision: precision);
        return Quotient(left._mantissa, right._mantissa, left._exponent - right._exponent, precision);
    }

    /// <summary>What is left of <paramref name="left"/> after whole multiples of <paramref name="right"/>; it has the sign of <paramref name="left"/>.</summary>
    /// <returns>Null when there is no such number.</returns>
    public static Number? Modulo(Number left, Number right)
    {
        if (left.IsInfinite)
            return null;
        if (right.IsInfinite)
            return left;
        if (right.IsZero)
            return left;
        var exponent = Math.Min(left._exponent, right._exponent);
        var rest = BigInteger.Remainder(left._mantissa << (left._exponent - exponent), right._mantissa << (right._exponent - exponent));
        return Round(rest, exponent, Math.Max(left.Precision, right.Precision));
    }

    public static Number Negate(Number value) => value._form switch
    {
        NumberForm.PositiveInfinity => NegativeInfinity,
        NumberForm.NegativeInfinity => PositiveInfinity,
        NumberForm.NegativeZero => new Number(NumberForm.Finite, precision: value.Precision),
        _ when value._mantissa.IsZero => new Number(NumberForm.NegativeZero, precision: value.Precision),
        _ => new Number(NumberForm.Finite, -value._mantissa, value._exponent, value.Precision),
    };

    public static Number Absolute(Number value) => value.IsNegative ? Negate(value) : value;

    private static Number Quotient(BigInteger numerator, BigInteger denominator, int exponent, int precision)
    {
        var missing = precision + 2 - ((int)BigInteger.Abs(numerator).GetBitLength() - (int)BigInteger.Abs(denominator).GetBitLength());
        var shift = Math.Max(missing, 0);
        var isNegative = numerator.Sign != denominator.Sign;
        var quotient = BigInteger.DivRem(BigInteger.Abs(numerator) << shift, BigInteger.Abs(denominator), out var rest);
        // What does not divide only has to be known to be there.
        quotient = (quotient << 1) | (rest.IsZero ? 0 : 1);
        return Round(isNegative ? -quotient : quotient, exponent - shift - 1, precision);
    }
}
