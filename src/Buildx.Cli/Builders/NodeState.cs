using Buildx.Client;
using Buildx.Drivers;
using Buildx.Drivers.Store;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Types;
using Grpc.Core;

namespace Buildx.Cli.Builders;

/// <summary>A node as it was found: its status and, if its engine runs, what that says about itself.</summary>
internal sealed record NodeState(NodeRecord Node)
{
    public IDriver? Driver { get; init; }

    public DriverStatus? Status { get; init; }

    public string Version { get; init; } = "";

    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    public IReadOnlyList<WorkerRecord> Workers { get; init; } = [];

    public string? Error { get; init; }

    public string Endpoint => Driver?.Endpoint ?? Node.Endpoint;

    public string StatusText => Error is not null ? "error" : Status?.ToString().ToLowerInvariant() ?? "";

    /// <summary>Platforms given by hand, marked with a star, then those the engine has.</summary>
    public IReadOnlyList<string> FormatPlatforms()
    {
        var formatted = new List<string>();
        var seen = new HashSet<string>();
        foreach (var (platform, mark) in (Node.Platforms ?? []).Select(p => (p.ToPlatform(), "*")).Concat(Platforms.Select(p => (p, ""))))
        {
            if (seen.Add(platform.ToString()))
                formatted.Add(platform + mark);
        }
        return formatted;
    }

    /// <summary>A node, or the engines that it is, where these are several.</summary>
    public static async Task<IReadOnlyList<NodeState>> LoadAllAsync(CliContext context, BuilderRecord builder, NodeRecord node, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Whoever runs the engine may be far away too.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (timeout > TimeSpan.Zero)
            patience.CancelAfter(timeout);
        var state = new NodeState(node);
        IReadOnlyList<DriverInstance> instances;
        IDriver driver;
        try
        {
            driver = context.Drivers.Open(builder, node);
            state = state with { Driver = driver };
            state = state with { Status = await driver.GetStatusAsync(patience.Token) };
            if (state.Status != DriverStatus.Running)
                return [state];
            instances = await driver.FindInstancesAsync(patience.Token);
        }
        catch (DriverException e)
        {
            return [state with { Error = e.Message }];
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException && !cancellationToken.IsCancellationRequested)
        {
            return [state with { Error = $"nobody told within {timeout.TotalSeconds:0} seconds whether its engine runs" }];
        }
        return instances.Count == 0
            ? [await state.AskAsync(driver.Connector, timeout, cancellationToken)]
            : await Task.WhenAll(instances.Select(instance => state.ForInstance(instance).AskAsync(instance.Connector, timeout, cancellationToken)));
    }

    private NodeState ForInstance(DriverInstance instance) => this with
    {
        Node = new NodeRecord
        {
            Name = instance.Name,
            Endpoint = Node.Endpoint,
            Platforms = instance.Platforms ?? Node.Platforms,
            DriverOpts = Node.DriverOpts,
            BuildkitdFlags = Node.BuildkitdFlags,
            Files = Node.Files,
        },
    };

    private async Task<NodeState> AskAsync(BuildkitConnector connector, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var state = this;
        try
        {
            await using var connection = new EngineConnection(connector);
            var deadline = timeout > TimeSpan.Zero ? DateTime.UtcNow + timeout : (DateTime?)null;
            var workers = await connection.Control.ListWorkersAsync(new ListWorkersRequest(), deadline: deadline, cancellationToken: cancellationToken);
            state = state with
            {
                Workers = workers.Record,
                Platforms = [.. workers.Record.SelectMany(worker => worker.Platforms)
                    .Select(p => new Platform(p.OS, p.Architecture, p.Variant.Length > 0 ? p.Variant : null).Normalize()).Distinct()],
            };
            try
            {
                var info = await connection.Control.InfoAsync(new InfoRequest(), deadline: deadline, cancellationToken: cancellationToken);
                return state with { Version = info.BuildkitVersion?.Version ?? "" };
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
            {
                return state with { Version = workers.Record.FirstOrDefault()?.BuildkitVersion?.Version ?? "" };
            }
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            return state with
            {
                Error = e.StatusCode == StatusCode.DeadlineExceeded ? $"its engine gave no answer within {timeout.TotalSeconds:0} seconds" : e.Status.Detail,
            };
        }
    }
}
