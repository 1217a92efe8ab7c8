using System.Globalization;
using System.Text;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Writes times after a pattern: letters stand for parts of the time, what is in single quotes for itself.</summary>
internal static class DateFormat
{
    public static FunctionResult Write(string format, Timestamp time)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length;)
        {
            var c = format[i];
            if (c == '\'')
            {
                if (ReadLiteral(format, ref i) is not { } literal)
                    return FunctionResult.Fail("has a single quote that is never closed", 0);
                text.Append(literal);
            }
            else if (char.IsAsciiLetter(c))
            {
                var start = i;
                while (i < format.Length && format[i] == c)
                    i++;
                if (WriteVerb(c, i - start, time) is not { } part)
                    return FunctionResult.Fail($"has \"{format[start..i]}\", which stands for nothing; text is put in single quotes", 0);
                text.Append(part);
            }
            else
            {
                text.Append(c);
                i++;
            }
        }
        return Value.String(text.ToString());
    }

    private static string? ReadLiteral(string format, ref int position)
    {
        var start = position++;
        var text = new StringBuilder();
        while (position < format.Length)
        {
            if (format[position] != '\'')
            {
                text.Append(format[position++]);
                continue;
            }
            // Two quotes alone are one, and so are two within.
            if (position == start + 1)
            {
                position++;
                return "'";
            }
            if (position + 1 < format.Length && format[position + 1] == '\'')
            {
                text.Append('\'');
                position += 2;
                continue;
            }
            position++;
            return text.ToString();
        }
        return null;
    }

    private static string? WriteVerb(char verb, int length, Timestamp time)
    {
        var local = time.Local;
        var names = CultureInfo.InvariantCulture.DateTimeFormat;
        return (verb, length) switch
        {
            ('Y', 2) => Padded(local.Year % 100, 2),
            ('Y', 4) => Padded(local.Year, 4),
            ('M', 1 or 2) => Padded(local.Month, length),
            ('M', 3) => names.GetAbbreviatedMonthName(local.Month),
            ('M', 4) => names.GetMonthName(local.Month),
            ('D', 1 or 2) => Padded(local.Day, length),
            ('E', 3) => names.GetAbbreviatedDayName(local.DayOfWeek),
            ('E', 4) => names.GetDayName(local.DayOfWeek),
            ('h', 1 or 2) => Padded(local.Hour, length),
            ('H', 1 or 2) => Padded(((local.Hour + 11) % 12) + 1, length),
            ('A', 2) => local.Hour < 12 ? "AM" : "PM",
            ('a', 2) => local.Hour < 12 ? "am" : "pm",
            ('m', 1 or 2) => Padded(local.Minute, length),
            ('s', 1 or 2) => Padded(local.Second, length),
            ('Z', 1) => time.WriteOffset(":", usesZ: true),
            ('Z', 3) => time.OffsetMinutes == 0 ? "UTC" : time.WriteOffset("", usesZ: false),
            ('Z', 4) => time.WriteOffset("", usesZ: false),
            ('Z', 5) => time.WriteOffset(":", usesZ: false),
            _ => null,
        };
    }

    private static string Padded(int number, int length) => number.ToString(CultureInfo.InvariantCulture).PadLeft(length, '0');
}
