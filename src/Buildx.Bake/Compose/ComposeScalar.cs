using System.Globalization;

namespace Buildx.Bake.Compose;

/// <param name="Value">A string, bool, long, double or null.</param>
internal sealed record ComposeScalar(object? Value, SourceRange Range) : ComposeNode(Range)
{
    public bool IsNull => Value is null;

    public override string Kind => Value switch
    {
        null => "null",
        bool => "a boolean",
        string => "a string",
        _ => "a number",
    };

    /// <summary>As Compose writes the value where a text is wanted.</summary>
    public string Text => Value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        double number => FormatNumber(number),
        long number => number.ToString(CultureInfo.InvariantCulture),
        var text => text.ToString()!,
    };

    /// <summary>The shortest text; with an exponent from 1e+21 on, and below 0.0001.</summary>
    private static string FormatNumber(double number)
    {
        if (double.IsNaN(number))
            return "NaN";
        if (double.IsInfinity(number))
            return number > 0 ? "+Inf" : "-Inf";
        if (number == 0 || Math.Abs(number) is >= 1e-4 and < 1e21)
            return ((decimal)number == 0 && number != 0) || Math.Abs(number) > 1e15 ? number.ToString("0", CultureInfo.InvariantCulture) : number.ToString("0.####################", CultureInfo.InvariantCulture);
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = text[(mark + 2)..].TrimStart('0').PadLeft(2, '0');
        return $"{text[..mark]}e{text[mark + 1]}{exponent}";
    }
}
