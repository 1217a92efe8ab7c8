using System.Globalization;
using System.Text.RegularExpressions;

namespace Buildx.Dockerfile;

/// <summary>Durations as <c>HEALTHCHECK</c> takes them, e.g. <c>1m30s</c>, and as Docker prints them.</summary>
public static partial class GoDuration
{
    /// <param name="nanoseconds">The duration.</param>
    public static bool TryParse(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text is "0" or "+0" or "-0")
            return true;
        var match = Pattern().Match(text);
        if (!match.Success)
            return false;
        var total = 0m;
        for (var i = 0; i < match.Groups["number"].Captures.Count; i++)
        {
            var number = match.Groups["number"].Captures[i].Value;
            if (!decimal.TryParse(number.StartsWith('.') ? "0" + number : number.TrimEnd('.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
                return false;
            var unit = match.Groups["unit"].Captures[i].Value switch
            {
                "ns" => 1m,
                "ms" => 1_000_000m,
                "s" => 1_000_000_000m,
                "m" => 60_000_000_000m,
                "h" => 3_600_000_000_000m,
                _ => 1_000m,
            };
            if (value > long.MaxValue / unit)
                return false;
            total += decimal.Truncate(value * unit);
        }
        if (total > long.MaxValue)
            return false;
        nanoseconds = (long)(match.Groups["sign"].Value == "-" ? -total : total);
        return true;
    }

    /// <summary>As <c>1m30s</c> or <c>1.5ms</c>.</summary>
    public static string Format(long nanoseconds)
    {
        if (nanoseconds == 0)
            return "0s";
        var sign = nanoseconds < 0 ? "-" : "";
        var value = Math.Abs((decimal)nanoseconds);
        static string Number(decimal number) => number.ToString("0.#########", CultureInfo.InvariantCulture);
        if (value < 1_000)
            return $"{sign}{Number(value)}ns";
        if (value < 1_000_000)
            return $"{sign}{Number(value / 1_000)}µs";
        if (value < 1_000_000_000)
            return $"{sign}{Number(value / 1_000_000)}ms";
        var hours = decimal.Truncate(value / 3_600_000_000_000m);
        value -= hours * 3_600_000_000_000m;
        var minutes = decimal.Truncate(value / 60_000_000_000m);
        value -= minutes * 60_000_000_000m;
        var seconds = Number(value / 1_000_000_000m) + "s";
        return sign + (hours > 0 ? $"{hours}h{minutes}m{seconds}" : minutes > 0 ? $"{minutes}m{seconds}" : seconds);
    }

    [GeneratedRegex(@"\A(?<sign>[-+]?)(?:(?<number>\d+\.?\d*|\.\d+)(?<unit>ns|us|µs|μs|ms|s|m|h))+\z")]
    private static partial Regex Pattern();
}
