using System.Collections.Immutable;
using Buildx.Bake.Entries;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Overrides;

internal sealed partial class TargetOverrides
{
    // They depend on the outputs, and on the secrets, that others set.
    private static readonly string[] Last = ["secret", "push", "load"];

    /// <exception cref="BakeException">A value is wrong.</exception>
    public BakeTarget Apply(BakeTarget target)
    {
        if (!_byTarget.TryGetValue(target.Name, out var overrides))
            return target;
        var problems = new List<Diagnostic>();
        foreach (var change in overrides.OrderBy(change => Array.IndexOf(Last, change.Key)))
        {
            try
            {
                target = Apply(target, change);
            }
            catch (FormatException e)
            {
                var key = change.Subkey is null ? change.Key : $"{change.Key}.{change.Subkey}";
                problems.Add(Diagnostic.Error($"--set {target.Name}.{key}={string.Join(" ", change.Values)}: {e.Message}"));
            }
        }
        if (problems.Count > 0)
            throw new BakeException(problems);
        Grant(target, overrides);
        return target;
    }

    private BakeTarget Apply(BakeTarget target, TargetOverride change) => change.Key switch
    {
        "annotations" => target with { Annotations = [.. target.Annotations ?? [], .. change.Values] },
        "args" => target with { Arguments = With(target.Arguments, change) },
        "attest" => target.Merge(new BakeTarget(target.Name) { Attestations = Parse(change, AttestationEntry.Parse) }),
        "cache-from" => target with { CacheFrom = Duplicates.Equal(Lists(target.CacheFrom, change, ParseCaches(change))) },
        "cache-to" => target with { CacheTo = Duplicates.Equal(Lists(target.CacheTo, change, ParseCaches(change))) },
        "call" => target with { Call = change.Value },
        "context" => target with { Context = change.Value, Origin = target.Origin with { Context = null, ContextOf = null } },
        "contexts" => target with { Contexts = new Dictionary<string, string>(target.Contexts ?? new Dictionary<string, string>()) { [change.Subkey!] = change.Value } },
        "dockerfile" => target with { Dockerfile = change.Value },
        "entitlements" => target with { Entitlements = [.. target.Entitlements ?? [], .. change.Values] },
        "extra-hosts" => target with { ExtraHosts = With(target.ExtraHosts, change) },
        "labels" => target with { Labels = With(target.Labels, change) },
        "load" => EntryText.ParseBoolean(change.Value) ? target with { Outputs = OutputOverrides.Load(target.Outputs ?? []) } : target,
        "network" => target with { Network = change.Value },
        "no-cache" => target with { NoCache = EntryText.ParseBoolean(change.Value) },
        "no-cache-filter" => target with { NoCacheFilter = Lists(target.NoCacheFilter, change, change.Values) },
        "output" => target with { Outputs = Duplicates.Equal(Lists(target.Outputs, change, Parse(change, OutputEntry.Parse))) },
        "platform" => target with { Platforms = Lists(target.Platforms, change, change.Values) },
        "policy" => target with { Policies = Lists(target.Policies, change, Parse(change, PolicyEntry.Parse)) },
        "pull" => target with { Pull = EntryText.ParseBoolean(change.Value) },
        "push" => target with { Outputs = OutputOverrides.Push(target.Outputs ?? [], EntryText.ParseBoolean(change.Value)) },
        "resources" => target with { Resources = (target.Resources ?? new()).With(change.Subkey!, change.Value) },
        "secret" => target with { Secrets = ReplaceSecret(target, change) },
        "secrets" => target with { Secrets = Duplicates.Remove(Lists(target.Secrets, change, Parse(change, SecretEntry.Parse))) },
        "shm-size" => target with { ShmSize = change.Value },
        "ssh" => target with { Ssh = Duplicates.Remove(Lists(target.Ssh, change, Parse(change, SshEntry.Parse))) },
        "tags" => target with { Tags = Lists(target.Tags, change, change.Values) },
        "target" => target with { Stage = change.Value },
        "ulimits" => target with { Ulimits = Lists(target.Ulimits, change, change.Values) },
        _ => throw new FormatException($"there is no key \"{change.Key}\""),
    };

    private static IReadOnlyList<T> Lists<T>(IReadOnlyList<T>? before, TargetOverride change, IReadOnlyList<T> values) =>
        change.Appends ? [.. before ?? [], .. values] : values;

    private static IReadOnlyList<T> Parse<T>(TargetOverride change, Func<string, T> parse) => [.. change.Values.Where(value => value.Length > 0).Select(parse)];

    private static IReadOnlyList<CacheEntry> ParseCaches(TargetOverride change) => [.. change.Values.SelectMany(CacheEntry.ParseList)];

    private static Dictionary<string, string?> With(IReadOnlyDictionary<string, string?>? before, TargetOverride change) =>
        new(before ?? ImmutableDictionary<string, string?>.Empty) { [change.Subkey!] = change.Value };

    private static IReadOnlyList<SecretEntry> ReplaceSecret(BakeTarget target, TargetOverride change)
    {
        var secrets = (target.Secrets ?? []).ToList();
        var index = secrets.FindIndex(secret => secret.Id == change.Subkey);
        if (index < 0)
            throw new FormatException($"the target has no secret \"{change.Subkey}\"; only what the definition declares can be overridden{Suggestion.Phrase(change.Subkey!, secrets.Select(secret => secret.Id))}");
        var next = SecretEntry.Parse(change.Value);
        if (next.Id.Length > 0 && next.Id != change.Subkey)
            throw new FormatException($"the id \"{next.Id}\" is not that of the secret \"{change.Subkey}\"");
        secrets[index] = next with { Id = change.Subkey! };
        return secrets;
    }

    private void Grant(BakeTarget target, List<TargetOverride> overrides)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var change in overrides)
        {
            switch (change.Key)
            {
                case "cache-from":
                    Grants.Reads.UnionWith(LocalPaths(target.CacheFrom, "src"));
                    break;
                case "cache-to":
                    Grants.Writes.UnionWith(LocalPaths(target.CacheTo, "dest"));
                    break;
                case "output":
                    Grants.Writes.UnionWith((target.Outputs ?? []).Select(output => output.Destination).Where(path => path.Length > 0));
                    break;
                case "ssh":
                    Grants.Reads.UnionWith((target.Ssh ?? []).SelectMany(ssh => ssh.Paths));
                    break;
                case "secret":
                    named.Add(change.Subkey!);
                    break;
                case "secrets":
                    named.UnionWith(Parse(change, SecretEntry.Parse).Select(secret => secret.Id));
                    break;
                case "entitlements":
                    Grants.NetworkHost |= change.Values.Contains("network.host");
                    Grants.SecurityInsecure |= change.Values.Contains("security.insecure");
                    break;
            }
        }
        Grants.Reads.UnionWith((target.Secrets ?? []).Where(secret => named.Contains(secret.Id) && secret.Source.Length > 0).Select(secret => secret.Source));
    }

    private static IEnumerable<string> LocalPaths(IReadOnlyList<CacheEntry>? caches, string attribute) =>
        (caches ?? []).Where(cache => cache.Type == "local").Select(cache => cache.Attributes.GetValueOrDefault(attribute)).OfType<string>();
}
