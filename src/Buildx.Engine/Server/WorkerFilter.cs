using System.Text.RegularExpressions;
using Buildx.Protocol.Types;

namespace Buildx.Engine.Server;

/// <summary>Filters of <c>ListWorkers</c>: <c>id==X</c>, <c>labels."KEY"==X</c>, with <c>!=</c> and <c>~=</c>; terms separated by commas must all hold, of several filters one must.</summary>
internal sealed partial class WorkerFilter(IEnumerable<string> filters)
{
    private readonly List<string> _filters = [.. filters];

    /// <exception cref="FormatException">A filter makes no sense.</exception>
    public bool Matches(WorkerRecord worker) => _filters.Count == 0 || _filters.Exists(filter => MatchesAll(filter, worker));

    private static bool MatchesAll(string filter, WorkerRecord worker)
    {
        var position = 0;
        while (position < filter.Length)
        {
            var term = Term().Match(filter, position);
            if (!term.Success || term.Index != position)
                throw new FormatException($"filter \"{filter}\": want id or labels.\"KEY\" with ==, != or ~= and a value");
            position += term.Length;
            var key = term.Groups["key"];
            var value = !key.Success ? worker.ID : worker.Labels.TryGetValue(key.Value.Trim('"'), out var label) ? label : null;
            var wanted = term.Groups["value"].Value.Trim('"');
            var holds = term.Groups["operator"].Value switch
            {
                "==" => value == wanted,
                "!=" => value != wanted,
                "~=" => value is not null && Regex.IsMatch(value, wanted, RegexOptions.NonBacktracking),
                _ => value is { Length: > 0 },
            };
            if (!holds)
                return false;
        }
        return true;
    }

    [GeneratedRegex("""\G(?:id|labels\.(?<key>"[^"]*"|[^=!~,]+))(?:(?<operator>==|!=|~=)(?<value>"[^"]*"|[^,]*))?(?:,|$)""")]
    private static partial Regex Term();
}
