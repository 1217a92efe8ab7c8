using System.Globalization;

namespace Buildx.Engine.Server.Configuration;

/// <summary>Sizes and durations as <c>buildkitd.toml</c> and the CLI write them.</summary>
internal static class ConfigurationUnits
{
    /// <summary>
    /// <c>512000000</c>, <c>512MB</c>, <c>1.5GiB</c> (units are powers of 1024, as Docker reads them), or <c>10%</c> of the disk.
    /// </summary>
    public static bool TryParseSize(string text, long diskSize, out long bytes)
    {
        bytes = 0;
        text = text.Trim();
        if (text.EndsWith('%'))
        {
            if (!long.TryParse(text[..^1], CultureInfo.InvariantCulture, out var percent) || percent is < 0 or > 100)
                return false;
            bytes = ShareOfDisk(diskSize, percent);
            return true;
        }
        var end = text.AsSpan().IndexOfAnyExcept("0123456789.");
        var number = end < 0 ? text : text[..end];
        var unit = end < 0 ? "" : text[end..].Trim().ToLowerInvariant();
        if (unit.EndsWith('b'))
            unit = unit[..^1];
        if (unit.EndsWith('i'))
            unit = unit[..^1];
        var shift = unit switch { "" => 0, "k" => 10, "m" => 20, "g" => 30, "t" => 40, "p" => 50, _ => -1 };
        if (shift < 0 || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            return false;
        bytes = (long)(value * (1L << shift));
        return true;
    }

    /// <summary>BuildKit's reckoning: rounded up to gigabytes; 2 GB where the disk's size is not known.</summary>
    public static long ShareOfDisk(long diskSize, long percent) => (percent, diskSize) switch
    {
        (0, _) => 0,
        (_, 0) => 2_000_000_000,
        _ => ((diskSize * percent / 100 / (1L << 30)) + 1) * 1_000_000_000,
    };

    /// <summary>Go's form (<c>1h30m</c>, <c>1.5s</c>, <c>300ms</c>), or a bare number of seconds.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (long.TryParse(text, CultureInfo.InvariantCulture, out var seconds))
        {
            duration = TimeSpan.FromSeconds(seconds);
            return true;
        }
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
                return false;
            rest = rest[digits..];
            var length = rest.IndexOfAny("0123456789");
            var unit = length < 0 ? rest : rest[..length];
            TimeSpan? part = unit switch
            {
                "h" => TimeSpan.FromHours(value),
                "m" => TimeSpan.FromMinutes(value),
                "s" => TimeSpan.FromSeconds(value),
                "ms" => TimeSpan.FromMilliseconds(value),
                "us" or "µs" => TimeSpan.FromMicroseconds(value),
                "ns" => TimeSpan.FromTicks((long)(value / 100)),
                _ => null,
            };
            if (part is null)
                return false;
            duration += part.Value;
            rest = rest[unit.Length..];
        }
        return true;
    }
}
