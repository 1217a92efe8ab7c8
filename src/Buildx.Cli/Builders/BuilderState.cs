using Buildx.Drivers.Docker;
using Buildx.Drivers.Embedded;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Builders;

/// <summary>A builder with all its nodes looked at.</summary>
internal sealed record BuilderState(BuilderRecord Builder, IReadOnlyList<NodeState> Nodes)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Why the builder as a whole can't be used here, e.g. a driver that isn't supported.</summary>
    public string? Error => Nodes.Count > 0 && Nodes.All(node => node.Driver is null) ? Nodes[0].Error : null;

    public bool IsInactive => Error is null && Nodes.All(node => node.Status != Drivers.DriverStatus.Running);

    /// <summary>Its nodes are those that its driver has found, not those that are stored.</summary>
    public bool IsDynamic => Builder.Dynamic || Nodes.Any(node => Builder.FindNode(node.Node.Name) is null && !Builder.IsImplicit);

    public static async Task<BuilderState> LoadAsync(CliContext context, BuilderRecord builder, TimeSpan timeout, CancellationToken cancellationToken) =>
        new(builder, [.. (await Task.WhenAll(builder.AllNodes.Select(node => NodeState.LoadAllAsync(context, builder, node, timeout, cancellationToken)))).SelectMany(nodes => nodes)]);

    /// <summary>All stored builders, the one that is always there, and the Docker contexts.</summary>
    public static IReadOnlyList<BuilderRecord> ListAll(CliContext context, StoreTransaction transaction)
    {
        var builders = transaction.List().ToList();
        if (builders.TrueForAll(builder => builder.Name != EmbeddedDriver.DefaultBuilder))
            builders.Add(BuilderResolver.Embedded(context, transaction));
        // Most machines without Docker have the default context all the same.
        IEnumerable<string> contexts = context.Docker.ReadContexts().Keys;
        if (!DockerEnvironment.DefaultEngineHost.StartsWith("unix://", StringComparison.Ordinal) || File.Exists(DockerEnvironment.DefaultEngineHost["unix://".Length..]))
            contexts = contexts.Prepend(DockerEnvironment.DefaultContext);
        builders.AddRange(contexts.Select(DockerDriver.BuilderOf));
        return builders;
    }
}
