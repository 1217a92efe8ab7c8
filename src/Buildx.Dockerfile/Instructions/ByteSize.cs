using System.Globalization;
using System.Text.RegularExpressions;

namespace Buildx.Dockerfile;

/// <summary>Sizes as Docker writes them: <c>64m</c>, <c>1.5GiB</c>; units are powers of 1024.</summary>
public static partial class ByteSize
{
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var match = Pattern().Match(text);
        if (!match.Success || !double.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        var factor = match.Groups["unit"].Value.ToLowerInvariant() is { Length: > 0 } unit ? Math.Pow(1024, 1 + "kmgtp".IndexOf(unit[0], StringComparison.Ordinal)) : 1;
        var size = number * factor;
        if (size >= long.MaxValue)
            return false;
        bytes = (long)size;
        return true;
    }

    [GeneratedRegex(@"\A(?<number>\d+(?:\.\d+)?) ?(?:(?<unit>[kKmMgGtTpP])i?)?[bB]?\z")]
    private static partial Regex Pattern();
}
