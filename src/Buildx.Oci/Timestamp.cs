using System.Globalization;

namespace Buildx.Oci;

/// <summary>
/// A time as images note it: RFC 3339 down to the nanosecond, which is finer than <see cref="DateTimeOffset"/> knows. Without the last
/// two digits a base image's history would come out changed.
/// </summary>
/// <param name="Time">To 100 ns.</param>
/// <param name="Nanoseconds">What comes on top, 0 to 99.</param>
public readonly record struct Timestamp(DateTimeOffset Time, int Nanoseconds)
{
    private const int DigitsOfTime = 7;

    /// <summary>UTC is <c>Z</c>; a fraction of seconds stands only where there is one.</summary>
    public override string ToString()
    {
        var fraction = (Time.Ticks % TimeSpan.TicksPerSecond).ToString("D7", CultureInfo.InvariantCulture) + Nanoseconds.ToString("D2", CultureInfo.InvariantCulture);
        fraction = fraction.TrimEnd('0');
        return Time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)
            + (fraction.Length > 0 ? "." + fraction : "")
            + (Time.Offset == TimeSpan.Zero ? "Z" : Time.ToString("zzz", CultureInfo.InvariantCulture));
    }

    public static bool TryParse(string text, out Timestamp timestamp)
    {
        timestamp = default;
        var point = text.IndexOf('.');
        var end = point + 1;
        while (point >= 0 && end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        var nanoseconds = 0;
        if (point >= 0 && end - point - 1 > DigitsOfTime)
        {
            var rest = text[(point + 1 + DigitsOfTime)..end];
            nanoseconds = int.Parse(rest.PadRight(2, '0').AsSpan(0, 2), CultureInfo.InvariantCulture);
            text = text[..(point + 1 + DigitsOfTime)] + text[end..];
        }
        if (text.IndexOf('T') != 10 || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return false;
        timestamp = new Timestamp(time, nanoseconds);
        return true;
    }

    public static implicit operator Timestamp(DateTimeOffset time) => new(time, 0);

    /// <summary>The other form of the conversion, for languages without operators.</summary>
    public static Timestamp FromDateTimeOffset(DateTimeOffset time) => time;
}
