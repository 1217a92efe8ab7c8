namespace Buildx.Bake.Targets;

public sealed partial record BakeTarget
{
    /// <summary>This target with what another says on top: lists that name one thing are replaced, those that add up are joined.</summary>
    public BakeTarget Merge(BakeTarget over) => this with
    {
        Description = over.Description.Length > 0 ? over.Description : Description,
        Inherits = [.. Inherits, .. over.Inherits],
        Annotations = Join(Annotations, over.Annotations),
        Attestations = over.Attestations is null ? Attestations : Duplicates.Remove(Join(Attestations, over.Attestations)),
        Context = over.Context ?? Context,
        Contexts = Join(Contexts, over.Contexts),
        Dockerfile = over.Dockerfile ?? Dockerfile,
        DockerfileInline = over.DockerfileInline ?? DockerfileInline,
        Arguments = JoinSaid(Arguments, over.Arguments),
        Labels = JoinSaid(Labels, over.Labels),
        Tags = over.Tags ?? Tags,
        CacheFrom = over.CacheFrom is null ? CacheFrom : Duplicates.Equal(Join(CacheFrom, over.CacheFrom)),
        CacheTo = over.CacheTo ?? CacheTo,
        Stage = over.Stage ?? Stage,
        Secrets = over.Secrets is null ? Secrets : Duplicates.Remove(Join(Secrets, over.Secrets)),
        Ssh = over.Ssh is null ? Ssh : Duplicates.Remove(Join(Ssh, over.Ssh)),
        Platforms = over.Platforms ?? Platforms,
        Outputs = over.Outputs ?? Outputs,
        Pull = over.Pull ?? Pull,
        NoCache = over.NoCache ?? NoCache,
        Network = over.Network ?? Network,
        NoCacheFilter = Join(NoCacheFilter, over.NoCacheFilter),
        ShmSize = over.ShmSize ?? ShmSize,
        Ulimits = Join(Ulimits, over.Ulimits),
        Resources = over.Resources is null ? Resources : (Resources ?? new()).Merge(over.Resources),
        Call = over.Call ?? Call,
        Entitlements = Join(Entitlements, over.Entitlements),
        ExtraHosts = JoinSaid(ExtraHosts, over.ExtraHosts),
        Policies = Join(Policies, over.Policies),
        Origin = Origin.Merge(over),
    };

    /// <summary>What is in lists twice goes, and what follows from one attribute for another comes.</summary>
    internal BakeTarget Normalize()
    {
        var entitlements = Network == "host" ? [.. Entitlements ?? [], "network.host"] : Entitlements;
        var contexts = Contexts?.Where(pair => pair.Value.Length > 0).ToDictionary();
        return this with
        {
            Annotations = Duplicates.Remove(Annotations),
            Attestations = Duplicates.Remove(Attestations),
            Contexts = contexts is { Count: > 0 } ? contexts : null,
            Tags = Duplicates.Remove(Tags),
            Secrets = Duplicates.Remove(Secrets),
            Ssh = Duplicates.Remove(Ssh),
            Platforms = Duplicates.Remove(Platforms),
            CacheFrom = Duplicates.Equal(CacheFrom),
            CacheTo = Duplicates.Equal(CacheTo),
            Outputs = Duplicates.Equal(Outputs),
            NoCacheFilter = Duplicates.Remove(NoCacheFilter),
            Ulimits = Duplicates.Remove(Ulimits),
            Entitlements = Duplicates.Remove(entitlements),
        };
    }

    private static IReadOnlyList<T>? Join<T>(IReadOnlyList<T>? below, IReadOnlyList<T>? above) =>
        above is null ? below : below is null ? above : [.. below, .. above];

    private static IReadOnlyDictionary<string, string>? Join(IReadOnlyDictionary<string, string>? below, IReadOnlyDictionary<string, string>? above)
    {
        if (above is not { Count: > 0 })
            return below;
        var joined = new Dictionary<string, string>(below ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (key, value) in above)
            joined[key] = value;
        return joined;
    }

    private static IReadOnlyDictionary<string, string?>? JoinSaid(IReadOnlyDictionary<string, string?>? below, IReadOnlyDictionary<string, string?>? above)
    {
        var said = above?.Where(pair => pair.Value is not null).ToList();
        if (said is not { Count: > 0 })
            return below;
        var joined = new Dictionary<string, string?>(below ?? new Dictionary<string, string?>(), StringComparer.Ordinal);
        foreach (var (key, value) in said)
            joined[key] = value;
        return joined;
    }
}
