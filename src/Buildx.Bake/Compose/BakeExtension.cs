using Buildx.Bake.Entries;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Compose;

/// <summary><c>x-bake</c>: what a target can have and Compose has no words for.</summary>
internal static class BakeExtension
{
    /// <exception cref="FormatException">A value makes no sense.</exception>
    public static BakeTarget Apply(BakeTarget target, ComposeNode node, DiagnosticBag diagnostics)
    {
        if (node is ComposeScalar { IsNull: true })
            return target;
        if (node is not ComposeMapping mapping)
        {
            diagnostics.Error(node.Range, $"x-bake is a mapping, not {node.Kind}");
            return target;
        }
        var fields = new ComposeFields(mapping, "x-bake", diagnostics);
        IReadOnlyList<string> List(string key) => ReadList(fields, key);
        var caches = (From: List("cache-from").SelectMany(CacheEntry.ParseList).ToList(), To: List("cache-to").SelectMany(CacheEntry.ParseList).ToList());
        var ssh = Join(target.Ssh, List("ssh"), SshEntry.Parse)?.ToList();
        ssh?.Sort(SshEntry.Compare);
        return target with
        {
            Tags = Texts(target.Tags, List("tags")),
            CacheFrom = caches.From.Count > 0 ? Duplicates.Equal<CacheEntry>([.. target.CacheFrom ?? [], .. caches.From]) : target.CacheFrom,
            CacheTo = caches.To.Count > 0 ? Duplicates.Equal<CacheEntry>([.. target.CacheTo ?? [], .. caches.To]) : target.CacheTo,
            Secrets = Duplicates.Remove(Join(target.Secrets, List("secret"), SecretEntry.Parse)),
            Ssh = Duplicates.Remove(ssh),
            Platforms = Texts(target.Platforms, List("platforms")),
            Outputs = Duplicates.Equal(Join(target.Outputs, List("output"), OutputEntry.Parse)),
            Pull = fields.Flag("pull") ?? target.Pull,
            NoCache = fields.Flag("no-cache") ?? target.NoCache,
            NoCacheFilter = Texts(target.NoCacheFilter, List("no-cache-filter")),
            Contexts = ReadContexts(target, fields),
        };
    }

    /// <summary>Another service is another target.</summary>
    public static string ToContext(string context) =>
        context.StartsWith("service:", StringComparison.Ordinal) || context.StartsWith("target:", StringComparison.Ordinal)
            ? "target:" + TargetName.Sanitize(context[(context.IndexOf(':', StringComparison.Ordinal) + 1)..])
            : context;

    private static IReadOnlyDictionary<string, string>? ReadContexts(BakeTarget target, ComposeFields fields)
    {
        var added = fields.Pairs("contexts");
        if (added.Count == 0)
            return target.Contexts;
        var contexts = new Dictionary<string, string>(target.Contexts ?? new Dictionary<string, string>());
        foreach (var (name, context) in added)
            contexts.TryAdd(name, ToContext(context ?? ""));
        return contexts;
    }

    /// <summary>A list, or words with spaces between them.</summary>
    private static IReadOnlyList<string> ReadList(ComposeFields fields, string key) => fields.Mapping[key] switch
    {
        null => [],
        ComposeScalar scalar => scalar.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
        ComposeSequence sequence => [.. sequence.Items.Select(item => item is ComposeScalar scalar ? scalar.Text : fields.Wrong<string>(item, key, "a list of strings")).OfType<string>()],
        var other => fields.Wrong<IReadOnlyList<string>>(other, key, "a list of strings") ?? [],
    };

    private static IReadOnlyList<string>? Texts(IReadOnlyList<string>? before, IReadOnlyList<string> added) =>
        added.Count == 0 ? before : [.. (before ?? []).Concat(added).Distinct()];

    private static IReadOnlyList<T>? Join<T>(IReadOnlyList<T>? before, IReadOnlyList<string> added, Func<string, T> parse) =>
        added.Count == 0 ? before : [.. before ?? [], .. added.Where(text => text.Length > 0).Select(parse)];
}
