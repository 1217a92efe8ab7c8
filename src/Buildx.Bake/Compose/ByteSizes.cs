using System.Globalization;

namespace Buildx.Bake.Compose;

/// <summary>Sizes as Docker reads and writes them, with factor 1024.</summary>
internal static class ByteSizes
{
    private const string Units = "kmgtp";

    public static bool TryParse(string text, out long bytes)
    {
        var lower = text.Trim().ToLowerInvariant();
        var digits = lower.AsSpan().TrimEnd("kmgtpib ");
        var unit = lower[digits.Length..].Trim();
        var power = unit is "" or "b" ? 0 : unit.Length <= 3 && unit[1..] is "" or "b" or "ib" ? Units.IndexOf(unit[0], StringComparison.Ordinal) + 1 : -1;
        var isNumber = double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        bytes = isNumber && power >= 0 ? (long)(number * Math.Pow(1024, power)) : 0;
        return isNumber && power >= 0;
    }

    /// <summary>Four significant digits: <c>128MiB</c>, <c>1.5GiB</c>.</summary>
    public static string Write(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1024 && unit < units.Length - 1; unit++)
            size /= 1024;
        var decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
        return Math.Round(size, decimals).ToString("0.###", CultureInfo.InvariantCulture) + units[unit];
    }
}
