using System.Globalization;
using Buildx.Oci;

namespace Buildx.Drivers;

/// <summary>The values of <c>--driver-opt</c>, read with errors that name the option.</summary>
internal static class DriverOptions
{
    /// <exception cref="DriverException">Neither true nor false.</exception>
    public static bool ReadBoolean(string name, string value) =>
        BooleanText.TryParse(value, out var result) ? result : throw Wrong(name, value, "must be true or false");

    public static long ReadNumber(string name, string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(name, value, "must be a whole number");

    /// <summary>Bytes: <c>2g</c>, <c>512m</c>, <c>64kb</c>, in powers of 1024.</summary>
    public static long ReadSize(string name, string value)
    {
        var text = value.ToLowerInvariant();
        if (text.EndsWith("ib", StringComparison.Ordinal))
            text = text[..^2];
        else if (text.EndsWith('b'))
            text = text[..^1];
        var power = text.Length == 0 ? -1 : "kmgtp".IndexOf(text[^1], StringComparison.Ordinal);
        if (power >= 0)
            text = text[..^1];
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * Math.Pow(1024, power + 1) < long.MaxValue
            ? (long)(number * Math.Pow(1024, power + 1))
            : throw Wrong(name, value, "must be a size, e.g. 2g or 512m");
    }

    /// <summary><c>90s</c>, <c>5m</c>, <c>1h30m</c>.</summary>
    public static TimeSpan ReadDuration(string name, string value)
    {
        var total = TimeSpan.Zero;
        var rest = value.AsSpan();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            var unit = digits < 0 ? "" : rest[digits..] is ['m', 's', ..] ? "ms" : rest[digits..(digits + 1)].ToString();
            TimeSpan? length = unit switch { "ms" => TimeSpan.FromMilliseconds(1), "s" => TimeSpan.FromSeconds(1), "m" => TimeSpan.FromMinutes(1), "h" => TimeSpan.FromHours(1), _ => null };
            if (length is null || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 1_000_000)
                throw Wrong(name, value, "must be a duration, e.g. 90s, 5m or 1h30m");
            total += length.Value * number;
            rest = rest[(digits + unit.Length)..];
        }
        return total > TimeSpan.Zero ? total : throw Wrong(name, value, "must be a duration, e.g. 90s, 5m or 1h30m");
    }

    /// <summary>A file that a later command, run elsewhere, must find too.</summary>
    public static string ReadPath(string name, string value) =>
        Path.IsPathFullyQualified(value) ? value : throw Wrong(name, value, "must be a whole path, from / on");

    /// <param name="known">Everything the driver has, as it is to be shown.</param>
    public static DriverException Unknown(string driver, string name, string known) =>
        new($"--driver-opt: the driver {driver} has no option \"{name}\" (it has: {known})");

    public static DriverException Wrong(string name, string value, string problem) => new($"--driver-opt {name}={value} {problem}");
}
