using System.CommandLine;
using Buildx.Cli.Builders;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Values;
using Buildx.Drivers;
using Buildx.Drivers.Configuration;
using Buildx.Drivers.Embedded;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Commands;

internal sealed class CreateCommand : CliCommand
{
    private readonly Option<string?> _name = Flag.Text("--name", "Name of the builder (default: a made-up one)", "NAME");
    private readonly Option<bool> _use = Flag.Switch("--use", "Choose the builder for the next commands");
    private readonly Option<string?> _driver = Flag.Text("--driver", $"What runs the engine (supported: {string.Join(", ", DriverCatalog.Names)})", "DRIVER");
    private readonly Option<string[]> _driverOptions = Flag.List("--driver-opt", "Options of the driver, e.g. idle-timeout=30m", "KEY=VALUE,...");
    private readonly Option<string[]> _platforms = Flag.List("--platform", "Platforms that this node is to build", "PLATFORM,...");
    private readonly Option<string?> _config = Flag.Text("--buildkitd-config", "The engine's configuration, a buildkitd.toml", "FILE", "--config");
    private readonly Option<string?> _engineFlags = Flag.Text("--buildkitd-flags", "Extra flags for the engine", "FLAGS");
    private readonly Option<bool> _bootstrap = Flag.Switch("--bootstrap", "Start the engine now");
    private readonly Option<bool> _append = Flag.Switch("--append", "Add a node to a builder, instead of making a builder");
    private readonly Option<bool> _leave = Flag.Switch("--leave", "Remove a node from a builder, instead of making a builder");
    private readonly Option<string?> _node = Flag.Text("--node", "Name of the node to make, change or remove", "NAME");
    private readonly Option<string?> _timeout = Flag.Timeout();

    public CreateCommand()
        : base("create", "Create a builder, or change one")
    {
        foreach (var option in new Option[]
        {
            _name, _use, _driver, _driverOptions, _platforms, _config, _engineFlags, _bootstrap, _append, _leave, _node, _timeout,
        })
        {
            Options.Add(option);
        }
    }

    public override string ArgumentsUsage => "[CONTEXT | ENDPOINT]";

    public override int MaximumArguments => 1;

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("create --name fast --use", "make a builder and build with it from now on"),
        ("create --name ci --driver docker-container --driver-opt network=host", "run BuildKit in a container of the Docker Engine"),
        ("create --name far --driver remote tcp://builder.example.com:1234", "use a BuildKit that runs elsewhere"),
        ("create --name cluster --driver kubernetes --driver-opt replicas=3", "run BuildKit in the pods of a Kubernetes cluster"),
        ("create --name corp --buildkitd-config buildkitd.toml --bootstrap", "use a registry mirror or a private CA"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        if (invocation.Get(_leave))
            return await LeaveAsync(invocation, context, cancellationToken);
        BuilderRecord builder;
        using (var transaction = await context.Store.BeginAsync(cancellationToken))
        {
            builder = Create(invocation, context, transaction);
            if (invocation.Get(_use))
                transaction.SetCurrent(context.Docker.CurrentEndpoint, builder.Name, global: false, isDefault: false);
        }
        if (invocation.Get(_bootstrap))
        {
            foreach (var node in builder.AllNodes)
                await context.Drivers.Open(builder, node).StartAsync(context.Note, cancellationToken);
        }
        await context.Out.WriteLineAsync(builder.Name);
        return 0;
    }

    private BuilderRecord Create(CommandInvocation invocation, CliContext context, StoreTransaction transaction)
    {
        var append = invocation.Get(_append);
        var name = invocation.Get(_name) is { Length: > 0 } given
            ? BuilderName.Validate(given)
            : append ? throw new CliException("--append needs --name: which builder gets the node?") : BuilderName.Generate(candidate => transaction.Find(candidate) is not null);
        if (name == "default")
            throw new CliException("\"default\" is Docker's own builder; choose another name");
        if (!append && context.Docker.ReadContexts().ContainsKey(name))
            throw new CliException($"\"{name}\" is a Docker context; choose another name");
        var existing = transaction.Find(name);
        if (existing is null && append)
            throw new CliException($"there is no builder \"{name}\" to append a node to");
        if (existing is not null && !append && invocation.Get(_node) is null)
            throw new CliException($"builder \"{name}\" exists already; to change it, name its node (--node {existing.Nodes?.Find(_ => true)?.Name}); to replace it, remove it first (buildx rm {name})");

        var driver = invocation.Get(_driver) ?? existing?.Driver ?? EmbeddedDriver.DriverName;
        if (existing is not null && driver != existing.Driver)
            throw new CliException($"builder \"{name}\" has the driver {existing.Driver}, and all its nodes have that one");
        var kind = context.Drivers.Find(driver);
        if (append && existing!.AllNodes.Count > 0 && !kind.TakesSeveralNodes)
            throw new CliException($"a builder of driver {driver} has one node, its engine on this machine; builders with several nodes have another driver ({string.Join(", ", DriverCatalog.Names)})");

        var driverOptions = KeyValue.ParseLists("--driver-opt", invocation.Get(_driverOptions));
        kind.CheckOptions(driverOptions);
        var files = LoadConfiguration(invocation, context, kind, existing is null);
        var flags = invocation.Get(_engineFlags) is { } text ? ShellWords.Split("--buildkitd-flags", text) : null;
        if (flags is not null && !kind.TakesConfiguration)
            throw new CliException($"--buildkitd-flags: the driver {driver} does not start the daemon");
        var nodeName = invocation.Get(_node) ?? kind.NameNode(name);
        var node = nodeName is null ? null : existing?.FindNode(nodeName);
        var endpoint = node is null || invocation.FirstArgument is not null ? kind.ResolveEndpoint(name, nodeName ?? "", invocation.FirstArgument) : null;
        if (node is null || flags is not null)
            flags = kind.CompleteFlags(flags, driverOptions, files is not null && BuildkitdConfigFiles.AllowsHostNetwork(files));
        var builder = existing ?? new BuilderRecord { Name = name, Driver = driver };
        var needsRestart = builder.Apply(new NodeChange
        {
            Name = nodeName,
            Endpoint = endpoint,
            Platforms = PlatformList.Parse(invocation.Get(_platforms)),
            Flags = flags,
            DriverOptions = driverOptions,
            Files = files,
        }, append);
        if (needsRestart)
            context.Warn(kind.ChangeNote(name));
        transaction.Save(builder);
        return builder;
    }

    private IReadOnlyDictionary<string, byte[]>? LoadConfiguration(CommandInvocation invocation, CliContext context, DriverKind kind, bool isNew)
    {
        var asked = invocation.Get(_config);
        if (asked is not null && !kind.TakesConfiguration)
            throw new CliException($"--buildkitd-config: the driver {kind.Name} does not start the daemon");
        var path = asked ?? (isNew && kind.TakesConfiguration ? context.Store.DefaultBuildkitdConfig : null);
        return path is null ? null : BuildkitdConfigFiles.Load(path);
    }

    private async Task<int> LeaveAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var name = invocation.Get(_name) ?? throw new CliException("--leave needs --name: which builder loses the node?");
        var node = invocation.Get(_node) ?? throw new CliException("--leave needs --node: which node leaves?");
        using var transaction = await context.Store.BeginAsync(cancellationToken);
        var builder = transaction.Find(name) ?? throw new CliException($"there is no builder \"{name}\"");
        builder.Leave(node);
        transaction.Save(builder);
        return 0;
    }
}
