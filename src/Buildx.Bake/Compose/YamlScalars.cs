using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Buildx.Bake.Compose;

/// <summary>The types of plain scalars, by their looks.</summary>
internal static partial class YamlScalars
{
    public static object? Resolve(YamlScalarNode node, string tag)
    {
        var text = node.Value ?? "";
        if (tag == "tag:yaml.org,2002:str" || (node.Style is not (ScalarStyle.Plain or ScalarStyle.Any) && !tag.StartsWith("tag:yaml.org", StringComparison.Ordinal)))
            return text;
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => true,
            "false" or "False" or "FALSE" => false,
            ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => double.PositiveInfinity,
            "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
            ".nan" or ".NaN" or ".NAN" => double.NaN,
            _ => ResolveNumber(text),
        };
    }

    private static object ResolveNumber(string text)
    {
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-' or '.'))
            return text;
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        var sign = plain[0] == '-' ? -1 : 1;
        var digits = plain.TrimStart('+', '-');
        if (plain.Length - digits.Length > 1 || digits.Length == 0)
            return text;
        if (Integer(digits) is { } integer)
            return sign * integer;
        return FloatPattern().IsMatch(plain) && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : text;
    }

    private static long? Integer(string digits)
    {
        try
        {
            return digits switch
            {
                _ when HexPattern().IsMatch(digits) => Convert.ToInt64(digits[2..], 16),
                _ when digits.StartsWith("0b", StringComparison.Ordinal) && digits.Length > 2 && digits.AsSpan(2).IndexOfAnyExcept("01") < 0 => Convert.ToInt64(digits[2..], 2),
                _ when digits.StartsWith("0o", StringComparison.Ordinal) && IsOctal(digits[2..]) => Convert.ToInt64(digits[2..], 8),
                _ when digits.Length > 1 && digits[0] == '0' && IsOctal(digits[1..]) => Convert.ToInt64(digits, 8),
                _ when digits.Length > 1 && digits[0] == '0' => null,
                _ => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
            };
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static bool IsOctal(string digits) => digits.Length > 0 && digits.AsSpan().IndexOfAnyExceptInRange('0', '7') < 0;

    [GeneratedRegex(@"\A0x[0-9a-fA-F]+\z")]
    private static partial Regex HexPattern();

    [GeneratedRegex(@"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex FloatPattern();
}
