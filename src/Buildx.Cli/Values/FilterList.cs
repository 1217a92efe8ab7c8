namespace Buildx.Cli.Values;

/// <summary>The <c>--filter</c>s of <c>du</c> and <c>prune</c>, as BuildKit takes them.</summary>
internal sealed record FilterList(IReadOnlyList<string> Filters, TimeSpan? Until)
{
    // What an entry of the cache has: a filter may ask for it alone, without a value.
    private static readonly string[] Fields = ["description", "id", "immutable", "inuse", "mutable", "parents", "private", "shared", "type"];

    /// <exception cref="CliException">Not a filter.</exception>
    public static FilterList Parse(IEnumerable<string> values)
    {
        TimeSpan? until = null;
        var filters = new List<string>();
        foreach (var value in values)
        {
            var equals = value.IndexOf('=');
            if (equals < 0)
            {
                var field = value.Trim();
                filters.Add(Fields.Contains(field)
                    ? field
                    : throw new CliException($"--filter: \"{field}\" is no filter (want KEY=VALUE, or one of {string.Join(", ", Fields)})"));
                continue;
            }
            var key = value[..equals].Trim().ToLowerInvariant();
            var text = value[(equals + 1)..].Trim();
            if (key is "until" or "unused-for")
            {
                if (until is not null)
                    throw new CliException("--filter: until and unused-for mean the same; give one of them, once");
                until = DurationText.Parse($"--filter {key}", text);
            }
            else
            {
                filters.Add(key switch
                {
                    "id" => $"id~={text}",
                    _ when key.EndsWith('!') || key.EndsWith('~') => $"{key}={text}",
                    _ => $"{key}=={text.TrimStart('=')}",
                });
            }
        }
        return new FilterList(filters.Count == 0 ? [] : [string.Join(',', filters)], until);
    }
}
