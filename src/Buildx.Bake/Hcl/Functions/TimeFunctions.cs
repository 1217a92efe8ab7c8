using System.Globalization;
using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

internal static class TimeFunctions
{
    private const string NoTimestamp = "must be a timestamp of RFC 3339, such as 2025-01-31T12:00:00Z";

    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("timestamp", "Returns a string representation of the current date and time.", HclType.String, [], _ => Value.String(new Timestamp(TimeProvider.System.GetUtcNow().UtcDateTime, 0).ToString())),
        Function("timeadd", "Adds the duration represented by the given duration string to the given RFC 3339 timestamp string, returning another RFC 3339 timestamp.", HclType.String,
            [Text("timestamp"), Text("duration")], Add),
        Function("formatdate", "Deprecated: use formattimestamp instead. Formats a timestamp given in RFC 3339 syntax into another timestamp in some other machine-oriented time syntax, as described in the format string.",
            HclType.String, [Text("format"), Text("time")], arguments => Format(arguments[0].AsString, arguments[1].AsString)),
        Function("formattimestamp", "Formats a timestamp string in RFC 3339 syntax or a unix timestamp integer into another timestamp in some other machine-oriented time syntax, as described in the format string. The special format string \"X\" returns the unix timestamp in seconds.",
            HclType.String, [Text("format"), Any("time")], FormatAny),
        Function("unixtimestampparse", "Given a unix timestamp integer, will parse and return an object representation of that date and time. A unix timestamp is the number of seconds elapsed since January 1, 1970 UTC.",
            null, [Numeric("unix_timestamp")], Describe),
    ];

    private static FunctionResult Add(IReadOnlyList<Value> arguments)
    {
        if (!Timestamp.TryParse(arguments[0].AsString, out var timestamp))
            return Fail(NoTimestamp, 0);
        if (!Duration.TryParse(arguments[1].AsString, out var duration))
            return Fail("must be a duration such as 1h30m or -10s", 1);
        return timestamp.TryAdd(duration, out var sum) ? Value.String(sum.ToString()) : Fail("leaves the years 1 to 9999", 1);
    }

    private static FunctionResult Format(string format, string time) =>
        Timestamp.TryParse(time, out var timestamp) ? DateFormat.Write(format, timestamp) : Fail(NoTimestamp, 1);

    private static FunctionResult FormatAny(IReadOnlyList<Value> arguments)
    {
        var format = arguments[0].AsString;
        switch (arguments[1].Type.Kind)
        {
            case TypeKind.String when format != "X":
                return Format(format, arguments[1].AsString);
            case TypeKind.String:
                return Timestamp.TryParse(arguments[1].AsString, out var timestamp) ? Value.String(timestamp.UnixSeconds.ToString(CultureInfo.InvariantCulture)) : Fail(NoTimestamp, 1);
            case TypeKind.Number:
                if (!TryReadUnix(arguments[1], out var time))
                    return Fail(Integers.Required, 1);
                return format == "X" ? Value.String(time.UnixSeconds.ToString(CultureInfo.InvariantCulture)) : DateFormat.Write(format, time);
            default:
                return Fail($"must be a timestamp or a number of seconds since 1970, not {Mismatch.Article(arguments[1].Type)}", 1);
        }
    }

    private static bool TryReadUnix(Value value, out Timestamp time)
    {
        time = default;
        if (!value.AsNumber.TryGetInt64(out var seconds) || seconds < -62135596800 || seconds > 253402300799)
            return false;
        time = new Timestamp(DateTime.UnixEpoch.AddSeconds(seconds), 0);
        return true;
    }

    private static FunctionResult Describe(IReadOnlyList<Value> arguments)
    {
        if (!TryReadUnix(arguments[0], out var time))
            return Fail(Integers.Required, 0);
        var local = time.Local;
        return Value.Object(
        [
            new("year", Value.Number(local.Year)),
            new("year_day", Value.Number(local.DayOfYear)),
            new("day", Value.Number(local.Day)),
            new("month", Value.Number(local.Month)),
            new("month_name", Value.String(CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(local.Month))),
            new("weekday", Value.Number((int)local.DayOfWeek)),
            new("weekday_name", Value.String(local.DayOfWeek.ToString())),
            new("hour", Value.Number(local.Hour)),
            new("minute", Value.Number(local.Minute)),
            new("second", Value.Number(local.Second)),
            new("rfc3339", Value.String(time.ToString())),
            new("iso_year", Value.Number(ISOWeek.GetYear(local))),
            new("iso_week", Value.Number(ISOWeek.GetWeekOfYear(local))),
        ]);
    }
}
