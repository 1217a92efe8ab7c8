using System.Globalization;

namespace Buildx.Cli.Values;

/// <summary>Sizes as Docker reads and writes them: read with factor 1024 (<c>512m</c>, <c>2gb</c>), written with factor 1000 (<c>1.234GB</c>).</summary>
internal static class ByteSize
{
    private const string Units = "kmgtp";

    /// <exception cref="CliException">Not a size.</exception>
    public static long Parse(string flag, string text)
    {
        var lower = text.Trim().ToLowerInvariant();
        var digits = lower.AsSpan().TrimEnd("kmgtpib ");
        var unit = lower[digits.Length..].Trim();
        var power = unit is "" or "b" ? 0 : unit.Length <= 3 && unit[1..] is "" or "b" or "ib" ? Units.IndexOf(unit[0]) + 1 : -1;
        if (power < 0 || (power == 0 && unit is not ("" or "b")) || !double.TryParse(digits, CultureInfo.InvariantCulture, out var number) || number < 0)
            throw new CliException($"{flag}: \"{text}\" is not a size (want e.g. 512m, 2g)");
        return (long)(number * Math.Pow(1024, power));
    }

    public static string Format(long bytes) => Format(bytes, 1000, ["B", "kB", "MB", "GB", "TB", "PB"]);

    /// <summary>With factor 1024: <c>1.5GiB</c>.</summary>
    public static string FormatBinary(long bytes) => Format(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]);

    private static string Format(double size, int factor, string[] units)
    {
        var unit = 0;
        for (; size >= factor && unit < units.Length - 1; unit++)
            size /= factor;
        // Four significant digits.
        var decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
        return Math.Round(size, decimals).ToString("0.###", CultureInfo.InvariantCulture) + units[unit];
    }
}
