using System.Globalization;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Durations such as <c>1h30m</c>, <c>-1.5s</c>, <c>10ms</c>.</summary>
internal static class Duration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var isNegative = rest.StartsWith("-");
        if (isNegative || rest.StartsWith("+"))
            rest = rest[1..];
        if (rest.SequenceEqual("0"))
            return true;
        decimal nanoseconds = 0;
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || amount > 1e13m)
                return false;
            rest = rest[digits..];
            var length = rest.IndexOfAny("0123456789.");
            var unit = length < 0 ? rest : rest[..length];
            decimal factor = unit switch
            {
                "ns" => 1,
                "us" or "µs" or "μs" => 1_000,
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                _ => 0,
            };
            if (factor == 0)
                return false;
            nanoseconds += amount * factor;
            rest = rest[unit.Length..];
        }
        // As many as fit a signed 64-bit number, about 292 years.
        if (nanoseconds > long.MaxValue)
            return false;
        duration = TimeSpan.FromTicks((long)(nanoseconds / 100) * (isNegative ? -1 : 1));
        return true;
    }
}
