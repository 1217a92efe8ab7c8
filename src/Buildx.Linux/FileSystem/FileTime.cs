namespace Buildx.Linux;

/// <summary>A file's time with the nanoseconds that <see cref="DateTimeOffset"/> has no room for.</summary>
/// <param name="Seconds">Since 1970; may be negative.</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
public readonly record struct FileTime(long Seconds, int Nanoseconds) : IComparable<FileTime>
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>As one number; covers the years 1678 to 2262.</summary>
    public long UnixNanoseconds => unchecked((Seconds * NanosecondsPerSecond) + Nanoseconds);

    public static FileTime FromUnixNanoseconds(long value)
    {
        var (seconds, rest) = Math.DivRem(value, NanosecondsPerSecond);
        return rest < 0 ? new FileTime(seconds - 1, (int)(rest + NanosecondsPerSecond)) : new FileTime(seconds, (int)rest);
    }

    public static FileTime From(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTime.UnixEpoch.Ticks;
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        return rest < 0 ? new FileTime(seconds - 1, (int)(rest + TimeSpan.TicksPerSecond) * 100) : new FileTime(seconds, (int)rest * 100);
    }

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / 100);

    public int CompareTo(FileTime other) =>
        Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);

    public static bool operator <(FileTime left, FileTime right) => left.CompareTo(right) < 0;

    public static bool operator >(FileTime left, FileTime right) => left.CompareTo(right) > 0;

    public static bool operator <=(FileTime left, FileTime right) => left.CompareTo(right) <= 0;

    public static bool operator >=(FileTime left, FileTime right) => left.CompareTo(right) >= 0;
}
