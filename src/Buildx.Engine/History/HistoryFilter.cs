using System.Globalization;
using Buildx.Engine.Server.Configuration;
using Buildx.Protocol.ControlApi;

namespace Buildx.Engine.BuildRecords;

/// <summary>
/// The filters of <c>history ls</c>: <c>ref</c>, <c>status</c>, <c>repository</c> by <c>==</c>, <c>!=</c>, <c>~=</c>;
/// <c>startedAt</c>, <c>completedAt</c>, <c>duration</c> by <c>&lt;</c>, <c>&gt;</c>, <c>&lt;=</c>, <c>&gt;=</c>. Terms of one filter, separated by
/// commas, must all hold; of several filters one must.
/// </summary>
internal sealed class HistoryFilter
{
    private static readonly string[] Comparisons = [">=", "<=", ">", "<"];
    private static readonly string[] Operators = ["==", "!=", "~=", "="];

    private readonly List<List<Func<BuildHistoryRecord, bool>>> _alternatives = [];

    /// <exception cref="FormatException">A filter makes no sense; the message shows which.</exception>
    public HistoryFilter(IEnumerable<string> filters, TimeProvider time)
    {
        foreach (var filter in filters)
            _alternatives.Add([.. SplitFields(filter).Select(term => ParseTerm(filter, term, time))]);
    }

    public bool Matches(BuildHistoryRecord record) => _alternatives.Count == 0 || _alternatives.Exists(terms => terms.TrueForAll(term => term(record)));

    public static string StatusOf(BuildHistoryRecord record) => record switch
    {
        { CompletedAt: null } => "running",
        { Error: null } => "completed",
        { Error.Message: var message } when message.Contains("context canceled", StringComparison.Ordinal) => "canceled",
        _ => "error",
    };

    /// <summary>Fields of a line of CSV: one in quotes may hold commas.</summary>
    private static IEnumerable<string> SplitFields(string filter)
    {
        var field = new System.Text.StringBuilder();
        var quoted = false;
        for (var i = 0; i < filter.Length; i++)
        {
            var isQuote = filter[i] == '"';
            if (quoted && isQuote && i + 1 < filter.Length && filter[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (isQuote && (quoted || field.Length == 0))
            {
                quoted = !quoted;
            }
            else if (filter[i] == ',' && !quoted)
            {
                yield return field.ToString();
                field.Clear();
            }
            else
            {
                field.Append(filter[i]);
            }
        }
        if (field.Length > 0)
            yield return field.ToString();
    }

    private static Func<BuildHistoryRecord, bool> ParseTerm(string filter, string term, TimeProvider time)
    {
        if (Split(term, Comparisons) is var (key, comparison, value) && key is "startedAt" or "completedAt" or "duration")
            return ParseComparison(filter, key, comparison, value, time);
        if (Split(term, Operators) is not var (field, @operator, wanted))
            return record => Get(record, term) is { Length: > 0 };
        wanted = wanted.Trim('"');
        if (field is not ("ref" or "status" or "repository"))
            throw new FormatException($"filter \"{filter}\": {field} is no field of build records (want ref, status, repository, startedAt, completedAt or duration)");
        var pattern = @operator == "~=" ? ToRegex(filter, wanted) : null;
        return @operator switch
        {
            "!=" => record => Get(record, field) != wanted,
            "~=" => record => Get(record, field) is { } text && pattern!.IsMatch(text),
            _ => record => Get(record, field) == wanted,
        };
    }

    private static System.Text.RegularExpressions.Regex ToRegex(string filter, string pattern)
    {
        try
        {
            return new(pattern, System.Text.RegularExpressions.RegexOptions.CultureInvariant | System.Text.RegularExpressions.RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"filter \"{filter}\": {e.Message}", e);
        }
    }

    private static Func<BuildHistoryRecord, bool> ParseComparison(string filter, string key, string comparison, string value, TimeProvider time)
    {
        double bound;
        var isDuration = ConfigurationUnits.TryParseDuration(value, out var duration);
        if (key == "duration")
        {
            bound = isDuration ? duration.TotalSeconds : throw new FormatException($"filter \"{filter}\": \"{value}\" is no duration (want e.g. 1m30s)");
        }
        else
        {
            var moment = isDuration
                ? time.GetUtcNow() - duration
                : DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var given)
                    ? given
                    : throw new FormatException($"filter \"{filter}\": \"{value}\" is no time (want e.g. 24h, or 2006-01-02T15:04:05Z)");
            bound = moment.ToUnixTimeSeconds();
        }
        return record =>
        {
            var number = key switch
            {
                "startedAt" => record.CreatedAt.Seconds,
                "completedAt" => record.CompletedAt?.Seconds ?? 0,
                _ => record.CompletedAt is { } end ? (end.ToDateTimeOffset() - record.CreatedAt.ToDateTimeOffset()).TotalSeconds : 0,
            };
            return comparison switch
            {
                ">=" => number >= bound,
                "<=" => number <= bound,
                ">" => number > bound,
                _ => number < bound,
            };
        };
    }

    private static (string Key, string Operator, string Value)? Split(string term, string[] operators)
    {
        foreach (var @operator in operators)
        {
            if (term.IndexOf(@operator, StringComparison.Ordinal) is var at and > 0)
                return (term[..at], @operator, term[(at + @operator.Length)..]);
        }
        return null;
    }

    private static string? Get(BuildHistoryRecord record, string field) => field switch
    {
        "ref" => record.Ref,
        "status" => StatusOf(record),
        "repository" => record.FrontendAttrs.TryGetValue("vcs:source", out var source) ? source : RepositoryOf(record.FrontendAttrs.GetValueOrDefault("context", "")),
        _ => null,
    };

    /// <summary>A build context that is a Git repository, without its fragment.</summary>
    private static string? RepositoryOf(string context)
    {
        var isGit = context.StartsWith("git://", StringComparison.Ordinal) || context.StartsWith("git@", StringComparison.Ordinal)
            || context.StartsWith("ssh://", StringComparison.Ordinal) || (context.StartsWith("http", StringComparison.Ordinal) && context.Split('#', '?')[0].EndsWith(".git", StringComparison.Ordinal));
        return isGit ? context.Split('#', '?')[0] : null;
    }
}
