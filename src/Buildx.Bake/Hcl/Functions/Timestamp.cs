using System.Globalization;
using System.Text.RegularExpressions;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>A time as RFC 3339 has it: what clocks show there, and how many minutes they are ahead of UTC.</summary>
internal readonly partial record struct Timestamp(DateTime Local, int OffsetMinutes)
{
    public long UnixSeconds => (long)Math.Floor((Local - DateTime.UnixEpoch).TotalSeconds) - (OffsetMinutes * 60L);

    public static bool TryParse(string text, out Timestamp timestamp)
    {
        timestamp = default;
        var match = Form().Match(text);
        if (!match.Success)
            return false;
        int Part(string name) => int.Parse(match.Groups[name].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        var (year, month, day) = (Part("year"), Part("month"), Part("day"));
        var (hour, minute, second) = (Part("hour"), Part("minute"), Part("second"));
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;
        var offset = match.Groups["zhour"].Success ? (Part("zhour") * 60) + Part("zminute") : 0;
        if (match.Groups["zhour"].Success && (Part("zhour") > 23 || Part("zminute") > 59))
            return false;
        var fraction = match.Groups["fraction"].Value;
        var ticks = fraction.Length == 0 ? 0 : long.Parse(fraction.PadRight(7, '0').AsSpan(0, 7), NumberStyles.None, CultureInfo.InvariantCulture);
        timestamp = new Timestamp(new DateTime(year, month, day, hour, minute, second).AddTicks(ticks), match.Groups["sign"].Value == "-" ? -offset : offset);
        return true;
    }

    public bool TryAdd(TimeSpan duration, out Timestamp sum)
    {
        sum = this;
        if (duration > TimeSpan.Zero ? DateTime.MaxValue - Local < duration : Local - DateTime.MinValue < -duration)
            return false;
        sum = this with { Local = Local + duration };
        return true;
    }

    /// <summary><c>Z</c>, or hours and minutes with a separator.</summary>
    public string WriteOffset(string separator, bool usesZ)
    {
        if (usesZ && OffsetMinutes == 0)
            return "Z";
        var size = Math.Abs(OffsetMinutes);
        return string.Create(CultureInfo.InvariantCulture, $"{(OffsetMinutes < 0 ? '-' : '+')}{size / 60:00}{separator}{size % 60:00}");
    }

    public override string ToString() => Local.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + WriteOffset(":", usesZ: true);

    [GeneratedRegex(@"^(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})T(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(\.(?<fraction>[0-9]+))?(Z|(?<sign>[+-])(?<zhour>[0-9]{2}):(?<zminute>[0-9]{2}))\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
