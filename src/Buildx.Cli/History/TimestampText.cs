using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace Buildx.Cli.History;

/// <summary>Times of records, whose nanoseconds are more than .NET counts.</summary>
internal static class TimestampText
{
    /// <summary>As Go writes them: <c>2006-01-02T15:04:05.123456789Z</c>, or with the offset of this place.</summary>
    public static string Format(Timestamp time, bool isLocal)
    {
        var moment = DateTimeOffset.FromUnixTimeSeconds(time.Seconds);
        if (isLocal)
            moment = moment.ToLocalTime();
        var fraction = time.Nanos == 0 ? "" : "." + time.Nanos.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0');
        var offset = moment.Offset == TimeSpan.Zero ? "Z" : moment.ToString("zzz", CultureInfo.InvariantCulture);
        return moment.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + fraction + offset;
    }

    /// <summary>In nanoseconds.</summary>
    public static long Between(Timestamp start, Timestamp end) => (end.Seconds - start.Seconds) * 1_000_000_000 + end.Nanos - start.Nanos;
}
