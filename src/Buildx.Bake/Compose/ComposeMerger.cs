namespace Buildx.Bake.Compose;

/// <summary>Lays one file, or one service, over another, by the rules that Compose has for what matters to a build.</summary>
internal static class ComposeMerger
{
    private static readonly string[] AsSequence = ["services.*.build.args", "services.*.build.additional_contexts", "services.*.build.labels", "services.*.environment", "services.*.env_file"];
    private static readonly string[] UniqueByKey = ["services.*.build.args", "services.*.build.additional_contexts", "services.*.build.labels", "services.*.build.tags", "services.*.environment"];
    private const string Build = "services.*.build";
    private const string ExtraHosts = "services.*.build.extra_hosts";

    public static ComposeMapping Merge(ComposeMapping below, ComposeMapping over) => (ComposeMapping)Merge((ComposeNode)below, over, []);

    public static ComposeMapping MergeService(ComposeMapping below, ComposeMapping over) => (ComposeMapping)Merge((ComposeNode)below, over, ["services", "*"]);

    private static ComposeNode Merge(ComposeNode below, ComposeNode over, IReadOnlyList<string> path)
    {
        var pattern = Pattern(path);
        if (pattern == Build)
            return MergeMappings(AsBuild(below), AsBuild(over), path);
        if (pattern == ExtraHosts || AsSequence.Contains(pattern))
            return Unique(Join(ToSequence(below), ToSequence(over), pattern == ExtraHosts), pattern);
        if (over is ComposeScalar { IsNull: true })
            return below;
        return (below, over) switch
        {
            (ComposeMapping left, ComposeMapping right) => MergeMappings(left, right, path),
            (ComposeSequence left, ComposeSequence right) => Unique(Join(left, right, false), pattern),
            (ComposeMapping or ComposeSequence, _) => throw new ComposeException(over.Range, $"{string.Join('.', path)} is {below.Kind} in another file, and {over.Kind} here"),
            _ => over,
        };
    }

    private static ComposeMapping MergeMappings(ComposeMapping below, ComposeMapping over, IReadOnlyList<string> path)
    {
        var entries = below.Entries.ToList();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Count; i++)
            places.TryAdd(entries[i].Key, i);
        foreach (var entry in over.Entries)
        {
            if (places.TryGetValue(entry.Key, out var place))
            {
                entries[place] = entries[place] with { Value = Merge(entries[place].Value, entry.Value, [.. path, entry.Key]) };
            }
            else
            {
                places[entry.Key] = entries.Count;
                entries.Add(entry);
            }
        }
        return below with { Entries = entries, Range = over.Range };
    }

    private static ComposeMapping AsBuild(ComposeNode node) => node switch
    {
        ComposeMapping mapping => mapping,
        ComposeScalar { IsNull: true } => new ComposeMapping([], node.Range),
        ComposeScalar { Value: string } => new ComposeMapping([new ComposeEntry("context", node.Range, node)], node.Range),
        _ => throw new ComposeException(node.Range, $"build is a path or a mapping, not {node.Kind}"),
    };

    private static ComposeSequence Join(ComposeSequence below, ComposeSequence over, bool onlyNew) => below with
    {
        Items = [.. below.Items, .. over.Items.Where(item => !onlyNew || !below.Items.Any(known => TextOf(known) == TextOf(item)))],
        Range = over.Range,
    };

    /// <summary>A mapping becomes a list of <c>KEY=VALUE</c>.</summary>
    private static ComposeSequence ToSequence(ComposeNode node) => node switch
    {
        ComposeSequence sequence => sequence,
        ComposeScalar { IsNull: true } => new ComposeSequence([], node.Range),
        ComposeScalar => new ComposeSequence([node], node.Range),
        ComposeMapping mapping => new ComposeSequence(
            [.. mapping.Entries.SelectMany(Pairs).OrderBy(pair => pair.Text, StringComparer.Ordinal)], node.Range),
        _ => throw new ComposeException(node.Range, "this is neither a list nor a mapping"),
    };

    private static IEnumerable<ComposeScalar> Pairs(ComposeEntry entry) => entry.Value switch
    {
        ComposeScalar { IsNull: true } => [new ComposeScalar(entry.Key, entry.KeyRange)],
        ComposeSequence values => values.Items.Select(item => new ComposeScalar($"{entry.Key}={TextOf(item)}", item.Range)),
        var value => [new ComposeScalar($"{entry.Key}={TextOf(value)}", value.Range)],
    };

    private static ComposeSequence Unique(ComposeSequence sequence, string pattern)
    {
        if (!UniqueByKey.Contains(pattern))
            return sequence;
        var kept = new List<ComposeNode>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var item in sequence.Items)
        {
            if (places.TryAdd(TextOf(item).Split('=')[0], kept.Count))
                kept.Add(item);
            else
                kept[places[TextOf(item).Split('=')[0]]] = item;
        }
        return sequence with { Items = kept };
    }

    private static string TextOf(ComposeNode node) => node is ComposeScalar scalar ? scalar.Text : node.ToString();

    private static string Pattern(IReadOnlyList<string> path) => string.Join('.', path.Select((part, index) => index == 1 && path[0] == "services" ? "*" : part));
}
