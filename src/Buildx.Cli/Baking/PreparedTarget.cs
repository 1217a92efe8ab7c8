using Buildx.Cli.Building;
using Buildx.Client;

namespace Buildx.Cli.Baking;

/// <summary>A target that can be solved.</summary>
/// <param name="Options">Of each node's part, with its directories among those of the run.</param>
internal sealed record PreparedTarget(TargetBuild Target, PreparedBuild Build, IReadOnlyList<SolveOptions> Options)
{
    /// <summary>Who goes on from another target does so on the node where that was built.</summary>
    /// <exception cref="CliException">Linked targets are built on different nodes.</exception>
    public static void CheckNodes(IReadOnlyList<PreparedTarget> builds)
    {
        var nodes = builds.ToDictionary(build => build.Target.Name, build => build.Build.Parts.Select(part => part.Node.Name).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var build in builds)
        {
            foreach (var (context, linked) in build.Target.Links)
            {
                if (nodes[build.Target.Name].FirstOrDefault(node => !nodes[linked].Contains(node)) is { } other)
                {
                    throw new CliException(
                        $"target {build.Target.Name}: its context {context} is the target {linked}, which is not built on node \"{other}\"; give {linked} the platforms of {build.Target.Name}");
                }
            }
        }
    }

    /// <summary>A target's graph has the steps of those that it is linked to, and so may ask for their secrets, agents and layouts.</summary>
    public static List<PreparedTarget> ShareServices(List<PreparedTarget> builds)
    {
        var byName = builds.ToDictionary(build => build.Target.Name, StringComparer.Ordinal);
        var merged = new Dictionary<string, BuildServices>(StringComparer.Ordinal);
        return builds.ConvertAll(build => build with { Options = [.. build.Options.Select(ServicesOf(build.Target.Name).AddTo)] });

        BuildServices ServicesOf(string name)
        {
            if (!merged.TryGetValue(name, out var services))
            {
                var (target, build, _) = byName[name];
                merged[name] = services = target.Links.Values.Distinct().Select(ServicesOf).Aggregate(BuildServices.None, (below, over) => below.Merge(over)).Merge(build.Services);
            }
            return services;
        }
    }

    /// <summary>The options of each node's part, with what comes from the rest of the run.</summary>
    /// <param name="inputs">The graphs of the targets that it is linked to.</param>
    /// <param name="kept">Where the sessions go; null: they end with the build.</param>
    /// <param name="built">Told the graphs when the last node has built its part.</param>
    public IReadOnlyList<SolveOptions> Prepare(
        SharedDirectories directories, NodeSessions sessions, IReadOnlyDictionary<string, TargetGraphs> inputs, KeptSessions? kept, Action<TargetGraphs>? built)
    {
        var graphs = new Dictionary<string, IReadOnlyList<BuildGraph>>(StringComparer.Ordinal);
        return [.. Options.Select((options, index) =>
        {
            var node = Build.Parts[index].Node;
            var own = TargetInputs.Add(directories.Bind(options, sessions.Of(node)), Target, inputs.ToDictionary(input => input.Key, input => input.Value.Of(node.Name)));
            return own with { KeptSessions = kept, Built = built is null || options.Request is not null ? null : Collect };

            void Collect(IReadOnlyList<BuildGraph> part)
            {
                lock (graphs)
                {
                    graphs[node.Name] = part;
                    if (graphs.Count == Options.Count)
                        built(new TargetGraphs(graphs));
                }
            }
        })];
    }
}
