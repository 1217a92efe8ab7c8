using System.Numerics;
using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

internal static class NumberFunctions
{
    private const int LongestRange = 1024;

    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Unary("absolute", "If the given number is negative then returns its positive equivalent, or otherwise returns the given number unchanged.", Number.Absolute),
        Unary("negate", "Multiplies the given number by -1.", Number.Negate),
        Unary("int", "Discards any fractional portion of the given number.", number => number.IsInfinite || number.IsInteger ? number : Number.FromInteger(number.Truncate())),
        Unary("ceil", "Returns the smallest whole number that is greater than or equal to the given value.", number => ToWhole(number, up: true)),
        Unary("floor", "Returns the greatest whole number that is less than or equal to the given value.", number => ToWhole(number, up: false)),
        Arithmetic("add", "Returns the sum of the two given numbers.", Number.Add),
        Arithmetic("subtract", "Returns the difference between the two given numbers.", Number.Subtract),
        Arithmetic("multiply", "Returns the product of the two given numbers.", Number.Multiply),
        Arithmetic("divide", "Divides the first given number by the second.", Number.Divide),
        Arithmetic("modulo", "Divides the first given number by the second and then returns the remainder.", Number.Modulo),
        Comparison("greaterthan", "Returns true if and only if the second number is greater than the first.", (left, right) => left > right),
        Comparison("greaterthanorequalto", "Returns true if and only if the second number is greater than or equal to the first.", (left, right) => left >= right),
        Comparison("lessthan", "Returns true if and only if the second number is less than the first.", (left, right) => left < right),
        Comparison("lessthanorequalto", "Returns true if and only if the second number is less than or equal to the first.", (left, right) => left <= right),
        Function("max", "Returns the numerically greatest of all of the given numbers.", HclType.Number, [], arguments => Extreme(arguments, 1), Numeric("numbers")),
        Function("min", "Returns the numerically smallest of all of the given numbers.", HclType.Number, [], arguments => Extreme(arguments, -1), Numeric("numbers")),
        Function("log", "Returns the logarithm of the given number in the given base.", HclType.Number, [Numeric("num"), Numeric("base")],
            arguments => OfDouble(Math.Log(arguments[0].AsNumber.ToDouble()) / Math.Log(arguments[1].AsNumber.ToDouble()))),
        Function("pow", "Returns the given number raised to the given power (exponentiation).", HclType.Number, [Numeric("num"), Numeric("power")],
            arguments => OfDouble(Math.Pow(arguments[0].AsNumber.ToDouble(), arguments[1].AsNumber.ToDouble()))),
        Function("signum", "Returns 0 if the given number is zero, 1 if the given number is positive, or -1 if the given number is negative.", HclType.Number, [Numeric("num")],
            arguments => arguments[0].AsNumber.IsInteger ? Value.Number(arguments[0].AsNumber.Sign) : Fail("must be a whole number", 0)),
        Function("parseint", "Parses the given string as a number of the given base, or raises an error if the string contains invalid characters.", HclType.Number,
            [Any("number"), Numeric("base")], ParseInteger),
        Function("range", "Returns a list of numbers spread evenly over a particular range.", HclType.List(HclType.Number), [], Range, Numeric("params")),
    ];

    private static HclFunction Unary(string name, string description, Func<Number, Number> compute) =>
        Function(name, description, HclType.Number, [Numeric("num")], arguments => Value.Number(compute(arguments[0].AsNumber)));

    private static HclFunction Arithmetic(string name, string description, Func<Number, Number, Number?> compute) =>
        Function(name, description, HclType.Number, [Numeric("a"), Numeric("b")], arguments =>
            compute(arguments[0].AsNumber, arguments[1].AsNumber) is { } result
                ? Value.Number(result)
                : Fail($"the result of {arguments[0].AsNumber} and {arguments[1].AsNumber} is no number"));

    private static HclFunction Comparison(string name, string description, Func<Number, Number, bool> compare) =>
        Function(name, description, HclType.Bool, [Numeric("a"), Numeric("b")], arguments => Value.Bool(compare(arguments[0].AsNumber, arguments[1].AsNumber)));

    private static Number ToWhole(Number number, bool up)
    {
        if (number.IsInfinite || number.IsInteger)
            return number;
        var whole = number.Truncate();
        if (up && number.Sign > 0)
            whole++;
        if (!up && number.Sign < 0)
            whole--;
        return Number.FromInteger(whole);
    }

    private static FunctionResult Extreme(IReadOnlyList<Value> arguments, int sign)
    {
        if (arguments.Count == 0)
            return Fail("needs at least one number");
        var extreme = arguments[0];
        foreach (var argument in arguments)
        {
            if (argument.AsNumber.CompareTo(extreme.AsNumber) * sign > 0)
                extreme = argument;
        }
        return extreme;
    }

    private static FunctionResult OfDouble(double value) =>
        double.IsNaN(value) ? Fail("the result is no number") : Value.Number(Number.FromDouble(value));

    private static FunctionResult ParseInteger(IReadOnlyList<Value> arguments)
    {
        if (arguments[0].Type.Kind != TypeKind.String)
            return Fail($"must be a string, not {Mismatch.Article(arguments[0].Type)}", 0);
        if (!Integers.TryRead(arguments[1], out var radix) || radix is < 2 or > 62)
            return Fail("must be a whole number between 2 and 62", 1);
        var text = arguments[0].AsString;
        var digits = text.AsSpan(text.StartsWith('-') || text.StartsWith('+') ? 1 : 0);
        if (digits.IsEmpty || digits.Length > 10_000)
            return Fail($"is no whole number of base {radix}: {Mismatch.Quote(text)}", 0);
        var result = BigInteger.Zero;
        foreach (var c in digits)
        {
            // Up to base 36 letters count the same in both cases.
            var digit = c switch
            {
                >= '0' and <= '9' => c - '0',
                >= 'a' and <= 'z' => c - 'a' + 10,
                >= 'A' and <= 'Z' => radix <= 36 ? c - 'A' + 10 : c - 'A' + 36,
                _ => int.MaxValue,
            };
            if (digit >= radix)
                return Fail($"is no whole number of base {radix}: {Mismatch.Quote(text)}", 0);
            result = (result * radix) + digit;
        }
        return Value.Number(Number.FromInteger(text[0] == '-' ? -result : result));
    }

    private static FunctionResult Range(IReadOnlyList<Value> arguments)
    {
        if (arguments.Count is 0 or > 3)
            return Fail($"needs one, two or three numbers, got {arguments.Count}");
        var numbers = arguments.Select(argument => argument.AsNumber).ToArray();
        var start = numbers.Length == 1 ? Number.Zero : numbers[0];
        var end = numbers.Length == 1 ? numbers[0] : numbers[1];
        var step = numbers.Length == 3 ? numbers[2] : Number.FromInteger(end < start ? -1 : 1);
        if (step.IsZero)
            return Fail("must not be zero", 2);
        var isDown = step.Sign < 0;
        if (isDown ? end > start : end < start)
            return Fail(isDown ? "must be less than the start when the step is negative" : "must be greater than the start when the step is positive", 1);
        var elements = new List<Value>();
        for (var number = start; isDown ? number > end : number < end;)
        {
            if (elements.Count >= LongestRange)
                return Fail($"makes more than {LongestRange} numbers; use a larger step or ends that are closer to each other");
            elements.Add(Value.Number(number));
            if (Number.Add(number, step) is not { } next)
                return Fail("the range has no end");
            number = next;
        }
        return Value.List(HclType.Number, elements);
    }
}
