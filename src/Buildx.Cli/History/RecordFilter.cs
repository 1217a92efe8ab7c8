using System.Globalization;
using Buildx.Cli.Values;
using Buildx.Dockerfile;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.History;

/// <summary>The <c>--filter</c>s of <c>history ls</c>: all of them must hold.</summary>
internal sealed class RecordFilter
{
    private static readonly string[] Separators = ["!=", "<=", ">=", "=", "<", ">"];

    private readonly List<Func<BuildHistoryRecord, bool>> _terms = [];

    private RecordFilter(IReadOnlyList<string> forEngine) => ForEngine = forEngine;

    public static RecordFilter None { get; } = new([]);

    /// <summary>In BuildKit's form.</summary>
    public IReadOnlyList<string> ForEngine { get; }

    /// <exception cref="CliException">Not a filter.</exception>
    public static RecordFilter Parse(IReadOnlyList<string> filters, DateTimeOffset now)
    {
        if (filters.Count == 0)
            return None;
        var terms = filters.Select(filter => Split(filter)).ToList();
        var parsed = new RecordFilter([string.Join(',', terms.Select(term => Quote(term.Key + Operator(term.Key, term.Separator) + term.Value)))]);
        parsed._terms.AddRange(terms.Select((term, i) => Term(filters[i], term, now)));
        return parsed;
    }

    public bool Matches(BuildHistoryRecord record) => _terms.TrueForAll(term => term(record));

    private static (string Key, string Separator, string Value) Split(string filter)
    {
        var at = filter.AsSpan().IndexOfAny("!=<>");
        if (at > 0 && Array.Find(Separators, separator => filter.AsSpan(at).StartsWith(separator, StringComparison.Ordinal)) is { } found)
            return (filter[..at], found, filter[(at + found.Length)..]);
        throw new CliException($"--filter: \"{filter}\" is no filter (want e.g. status=error, duration>1m)");
    }

    private static Func<BuildHistoryRecord, bool> Term(string filter, (string Key, string Separator, string Value) term, DateTimeOffset now)
    {
        var (key, separator, value) = term;
        switch (key)
        {
            case "ref" or "repository" or "status":
                if (separator is not ("=" or "!="))
                    throw new CliException($"--filter: \"{filter}\": {key} can be compared by = and !=");
                return record => separator == "!="
                    ? TextOf(record, key) != value
                    : key == "status" ? TextOf(record, key) == value : TextOf(record, key).Contains(value, StringComparison.Ordinal);
            case "startedAt" or "completedAt" or "duration":
                if (separator is "=" or "!=")
                    throw new CliException($"--filter: \"{filter}\": {key} can be compared by <, <=, > and >=");
                var bound = key == "duration" ? DurationText.Parse("--filter duration", value).Ticks : ParseTime(filter, value, now).ToUnixTimeSeconds();
                return record => Compare(NumberOf(record, key), separator, bound);
            default:
                throw new CliException($"--filter: \"{filter}\": builds have no {key} (want ref, repository, status, startedAt, completedAt or duration)");
        }
    }

    private static DateTimeOffset ParseTime(string filter, string value, DateTimeOffset now)
    {
        if (DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && value.Contains('T', StringComparison.Ordinal))
            return time;
        try
        {
            return now - DurationText.Parse("--filter", value);
        }
        catch (CliException)
        {
            throw new CliException($"--filter: \"{filter}\": \"{value}\" is no time (want e.g. 24h, or 2006-01-02T15:04:05Z)");
        }
    }

    private static bool Compare(long value, string separator, long bound) => separator switch
    {
        ">=" => value >= bound,
        "<=" => value <= bound,
        ">" => value > bound,
        _ => value < bound,
    };

    private static long NumberOf(BuildHistoryRecord record, string key) => key switch
    {
        "startedAt" => record.CreatedAt?.Seconds ?? 0,
        "completedAt" => record.CompletedAt?.Seconds ?? 0,
        _ => record.CompletedAt is { } end ? (end.ToDateTimeOffset() - record.CreatedAt.ToDateTimeOffset()).Ticks : 0,
    };

    private static string TextOf(BuildHistoryRecord record, string key) => key switch
    {
        "ref" => record.Ref,
        "repository" => record.FrontendAttrs.TryGetValue("vcs:source", out var source) ? source : RepositoryOf(record.FrontendAttrs.GetValueOrDefault("context", "")),
        _ => record switch
        {
            { CompletedAt: null } => "running",
            { Error: null } => "completed",
            _ => record.Error.Message.Contains("context canceled", StringComparison.Ordinal) ? "canceled" : "error",
        },
    };

    private static string RepositoryOf(string context)
    {
        try
        {
            return GitReference.TryParse(context, out var reference) ? reference.Remote.ToString() ?? "" : "";
        }
        catch (FormatException)
        {
            return "";
        }
    }

    private static string Operator(string key, string separator) => separator != "=" ? separator : key == "status" ? "==" : "~=";

    private static string Quote(string term) => term.AsSpan().ContainsAny(",\"\n") ? $"\"{term.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : term;
}
