using System.Globalization;

namespace Buildx.Cli.Values;

/// <summary>Durations as Go writes and reads them: <c>1h30m</c>, <c>20s</c>, <c>500ms</c>.</summary>
internal static class DurationText
{
    /// <exception cref="CliException">Not a duration.</exception>
    public static TimeSpan Parse(string flag, string text)
    {
        var total = TimeSpan.Zero;
        var rest = text.AsSpan();
        if (text == "0")
            return total;
        do
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], CultureInfo.InvariantCulture, out var number))
                throw Wrong(flag, text);
            var unitLength = rest[digits..].IndexOfAny("0123456789.");
            var unit = unitLength < 0 ? rest[digits..] : rest.Slice(digits, unitLength);
            total += unit switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                "ms" => TimeSpan.FromMilliseconds(number),
                "us" or "µs" => TimeSpan.FromMicroseconds(number),
                "ns" => TimeSpan.FromMicroseconds(number / 1000),
                _ => throw Wrong(flag, text),
            };
            rest = rest[(digits + unit.Length)..];
        }
        while (rest.Length > 0);
        return total;
    }

    /// <summary>As Go prints it: <c>48h0m0s</c>.</summary>
    public static string Format(TimeSpan duration) =>
        duration < TimeSpan.FromSeconds(1) ? $"{duration.TotalMilliseconds:0.###}ms"
        : (duration.TotalHours >= 1 ? $"{(long)duration.TotalHours}h" : "") +
          (duration.TotalMinutes >= 1 ? $"{duration.Minutes}m" : "") +
          string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds % 60:0.###}s");

    /// <summary>Roughly, in words: <c>3 minutes</c>.</summary>
    public static string InWords(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 1 } => "Less than a second",
        { TotalSeconds: < 2 } => "1 second",
        { TotalSeconds: < 60 } => $"{(int)duration.TotalSeconds} seconds",
        { TotalMinutes: < 2 } => "About a minute",
        { TotalMinutes: < 60 } => $"{(int)duration.TotalMinutes} minutes",
        { TotalHours: < 1.5 } => "About an hour",
        { TotalHours: < 48 } => $"{(int)Math.Round(duration.TotalHours)} hours",
        { TotalDays: < 14 } => $"{(int)duration.TotalDays} days",
        { TotalDays: < 60 } => $"{(int)(duration.TotalDays / 7)} weeks",
        { TotalDays: < 730 } => $"{(int)(duration.TotalDays / 30)} months",
        _ => $"{(int)(duration.TotalDays / 365)} years",
    };

    private static CliException Wrong(string flag, string text) => new($"{flag}: \"{text}\" is not a duration (want e.g. 20s, 5m, 1h30m)");
}
