using System.Globalization;
using System.Text;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Fills in a format. Every argument must be used.</summary>
internal static class FormatWriter
{
    private const int LargestWidth = 100_000;

    public static FunctionResult Write(string format, IReadOnlyList<Value> arguments)
    {
        var text = new StringBuilder();
        var next = 1;
        var highest = 0;
        for (var i = 0; i < format.Length;)
        {
            if (format[i] != '%')
            {
                text.Append(format[i++]);
                continue;
            }
            if (i + 1 < format.Length && format[i + 1] == '%')
            {
                text.Append('%');
                i += 2;
                continue;
            }
            if (ReadVerb(format, i, next) is not { } verb)
                return FunctionResult.Fail($"has no complete verb at character {i + 1}: {Mismatch.Quote(format[i..])}", 0);
            if (verb.Argument < 1 || verb.Argument > arguments.Count)
                return FunctionResult.Fail($"has a verb {verb.Text} for argument {verb.Argument}, but there {(arguments.Count == 1 ? "is 1" : $"are {arguments.Count}")}", 0);
            highest = Math.Max(highest, verb.Argument);
            next = verb.Argument + 1;
            i += verb.Text.Length;
            if (Append(verb, arguments[verb.Argument - 1], text) is { } error)
                return FunctionResult.Fail($"does not fit {verb.Text}: {error}", verb.Argument);
        }
        if (highest < arguments.Count)
            return FunctionResult.Fail(highest == 0 ? "is one too many: the format has no verbs" : $"is one too many: the format uses only {highest}", highest + 1);
        return Value.String(text.ToString());
    }

    private static FormatVerb? ReadVerb(string format, int start, int next)
    {
        var i = start + 1;
        while (i < format.Length && format[i] is '0' or '#' or '-' or '+' or ' ')
            i++;
        var flags = format[(start + 1)..i];
        var width = ReadNumber(format, ref i);
        int? precision = null;
        if (i < format.Length && format[i] == '.')
        {
            i++;
            precision = ReadNumber(format, ref i) ?? 0;
        }
        var argument = next;
        if (i < format.Length && format[i] == '[')
        {
            i++;
            if (ReadNumber(format, ref i) is not { } given || i >= format.Length || format[i] != ']')
                return null;
            argument = given;
            i++;
        }
        if (i >= format.Length || !char.IsAsciiLetter(format[i]) || width > LargestWidth || precision > LargestWidth)
            return null;
        return new FormatVerb(format[i], format[start..(i + 1)], flags, width, precision, argument);
    }

    private static int? ReadNumber(string format, ref int position)
    {
        var start = position;
        while (position < format.Length && char.IsAsciiDigit(format[position]))
            position++;
        return position == start ? null : int.TryParse(format.AsSpan(start, position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
    }

    /// <returns>What is wrong, or null.</returns>
    private static string? Append(FormatVerb verb, Value argument, StringBuilder text)
    {
        if (verb.Mode == 'v')
        {
            text.Append(Pad(verb, AsItIs(verb, argument)));
            return null;
        }
        if (argument.IsNull)
            return "it is null";
        var wanted = verb.Mode switch
        {
            't' => HclType.Bool,
            'b' or 'd' or 'o' or 'x' or 'X' or 'e' or 'E' or 'f' or 'g' or 'G' => HclType.Number,
            's' or 'q' => HclType.String,
            _ => null,
        };
        if (wanted is null)
            return "there is no such verb; there are %v, %t, %b, %d, %o, %x, %X, %e, %E, %f, %g, %G, %s and %q";
        var converted = ValueConversion.Convert(argument, wanted);
        if (converted.Value is not { } value)
            return converted.ToString();
        switch (verb.Mode)
        {
            case 't':
                text.Append(value.AsBool ? "true" : "false");
                return null;
            case 's' or 'q':
                var shown = verb.Precision is > 0 and var length ? string.Concat(Graphemes.Split(value.AsString).Take(length)) : value.AsString;
                text.Append(Pad(verb, verb.Mode == 'q' ? ValueJson.Quote(shown) : shown));
                return null;
            case 'e' or 'E' or 'f' or 'g' or 'G':
                text.Append(PadNumber(verb, FormatNumber.Decimal(value.AsNumber, verb.Mode, verb.Precision), allowsZeros: !value.AsNumber.IsInfinite));
                return null;
            default:
                if (!value.AsNumber.IsInteger)
                    return "a whole number is required";
                text.Append(PadNumber(verb, FormatNumber.Integer(value.AsNumber.Truncate(), verb), allowsZeros: verb.Precision is null));
                return null;
        }
    }

    private static string AsItIs(FormatVerb verb, Value argument)
    {
        if (!verb.Has('#') && !argument.IsNull)
        {
            if (argument.Type.Kind == TypeKind.String)
                return argument.AsString;
            if (argument.Type.Kind == TypeKind.Number)
                return FormatNumber.Decimal(argument.AsNumber, 'g', null);
        }
        return ValueJson.Write(argument);
    }

    private static string Pad(FormatVerb verb, string text)
    {
        var missing = (verb.Width ?? 0) - Graphemes.Count(text);
        if (missing <= 0)
            return text;
        var padding = new string(verb.Has('0') ? '0' : ' ', missing);
        return verb.Has('-') ? text + padding : padding + text;
    }

    /// <summary>Zeros go between sign and digits.</summary>
    private static string PadNumber(FormatVerb verb, string text, bool allowsZeros)
    {
        if (text[0] is not ('-' or '+'))
            text = verb.Has('+') ? "+" + text : verb.Has(' ') ? " " + text : text;
        else if (text[0] == '+' && !verb.Has('+'))
            text = verb.Has(' ') ? " " + text[1..] : text;
        var missing = (verb.Width ?? 0) - text.Length;
        if (missing <= 0)
            return text;
        if (verb.Has('-'))
            return text + new string(' ', missing);
        if (!verb.Has('0') || !allowsZeros)
            return new string(' ', missing) + text;
        var sign = text[0] is '-' or '+' or ' ' ? 1 : 0;
        return string.Concat(text.AsSpan(0, sign), new string('0', missing), text.AsSpan(sign));
    }
}
