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

    public static async Task<NodeState> LoadAsync(CliContext context, BuilderRecord builder, NodeRecord node, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var state = new NodeState(node);
        try
        {
            state = state with { Driver = context.Drivers.Open(builder, node) };
            state = state with { Status = await state.Driver.GetStatusAsync(cancellationToken) };
            if (state.Status != DriverStatus.Running)
                return state;
            await using var connection = new EngineConnection(state.Driver.Connector);
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
        catch (DriverException e)
        {
            return state with { Error = e.Message };
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
