using System.Collections.Immutable;
using System.Text;
using Buildx.Engine.Execution;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Solving;
using Buildx.Llb;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>
/// A container that a frontend has asked for: its mounts are there from the beginning, the container itself runs as long as the
/// first process in it. What the processes write is nobody's result, and goes with the container.
/// </summary>
internal sealed class GatewayContainer : IAsyncDisposable
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly NewContainerRequest _request;
    private readonly BuildContext _build;
    private readonly ExecEnvironment _exec;
    private readonly ExecMounts _mounts;
    private readonly Oci.Platform _platform;
    private readonly CancellationTokenSource _released = new();
    private readonly Lock _lock = new();
    private readonly List<Task> _running = [];
    private ProcessControl? _first;

    private GatewayContainer(NewContainerRequest request, BuildContext build, ExecEnvironment exec, ExecMounts mounts, Oci.Platform platform) =>
        (_request, _build, _exec, _mounts, _platform) = (request, build, exec, mounts, platform);

    /// <param name="find">A result of the frontend's by its id; null for an empty tree.</param>
    public static async Task<GatewayContainer> CreateAsync(
        NewContainerRequest request, Func<string, CancellationToken, Task<StepMount?>> find, BuildContext build, ExecEnvironment exec, CancellationToken cancellationToken)
    {
        if (request.Network == NetMode.Host)
            Require(build, "network.host", "a container in the host's network");
        var platform = request.Platform is { OS.Length: > 0 } wanted ? PlatformMessage.Read(wanted).Normalize() : Oci.Platform.Host;
        if (exec.Emulation.GetKind(platform) == EmulationKind.Unsupported)
            throw new ExecutionException(exec.Emulation.DescribeRemedy(platform));
        var (inputs, trees) = (new List<LlbOutput>(), new List<OutputTree?>());
        var operation = new ExecOp { Meta = new Meta { Args = { "container", request.ContainerID } } };
        foreach (var given in request.Mounts)
        {
            var mount = given.Clone();
            mount.Input = -1;
            if (given.ResultID.Length > 0 && await find(given.ResultID, cancellationToken) is { } found)
            {
                mount.Input = inputs.Count;
                inputs.Add(found.Input);
                trees.Add(found.Tree);
            }
            operation.Mounts.Add(mount);
        }
        if (operation.Mounts.All(mount => mount.Dest != "/"))
            throw new InvalidLlbException("the container has no root: one of its mounts must be at /");
        var mounts = new ExecMounts(exec, build, inputs, [.. trees]);
        try
        {
            await mounts.TakeAsync(operation, cancellationToken);
            return new GatewayContainer(request, build, exec, mounts, platform);
        }
        catch
        {
            await mounts.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a process to its end; the first one is the container's life.</summary>
    /// <exception cref="ExecutionException">It could not be started.</exception>
    public Task<int> RunAsync(InitMessage process, IExecutionOutput output, ProcessControl control, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_released.IsCancellationRequested, this);
            var first = _first ??= control;
            var run = RunAsync(process, output, control, first == control ? null : first, cancellationToken);
            _running.RemoveAll(task => task.IsCompleted);
            _running.Add(run);
            return run;
        }
    }

    /// <summary>Where a mount's files are, by its place in the request.</summary>
    public string MountPath(int index)
    {
        if (index < 0 || index >= _request.Mounts.Count)
            throw new FileNotFoundException($"the container has {_request.Mounts.Count} mounts and none of index {index}");
        var destination = _request.Mounts[index].Dest;
        if (destination == "/")
            return _mounts.RootPath;
        return _mounts.Mounts.FirstOrDefault(mount => mount.Destination == destination) is BindExecutionMount { Source: var source }
            && _request.Mounts[index].MountType is MountType.Bind or MountType.Cache
            ? source
            : throw new NotSupportedException($"the files of the mount at {destination} can't be read from outside of the container");
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_lock)
        {
            _released.Cancel();
            running = [.. _running];
        }
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _mounts.DisposeAsync();
        _released.Dispose();
    }

    private async Task<int> RunAsync(
        InitMessage process, IExecutionOutput output, ProcessControl control, ProcessControl? first, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _released.Token);
        try
        {
            var spec = await DescribeAsync(process, stop.Token);
            return first is null
                ? await _exec.Executor.RunAsync(spec, output, stop.Token, control)
                : await _exec.Executor.RunInsideAsync(spec, first, output, control, stop.Token);
        }
        finally
        {
            control.Detach();
        }
    }

    private async Task<ExecutionSpec> DescribeAsync(InitMessage process, CancellationToken cancellationToken)
    {
        var meta = process.Meta ?? new Meta();
        if (meta.Args.Count == 0)
            throw new InvalidLlbException("the process has no arguments: the first one is the program to run");
        if (process.Security == SecurityMode.Insecure)
            Require(_build, "security.insecure", "a process with all rights");
        var environment = meta.Env.ToList();
        AddUnlessSet(environment, DefaultPath);
        if (process.Tty)
            AddUnlessSet(environment, "TERM=xterm");
        foreach (var secret in process.Secretenv)
        {
            if (await StepSecrets.GetAsync(_build, secret.ID, secret.Optional, cancellationToken) is { } value)
                environment.Add($"{secret.Name}={Encoding.UTF8.GetString(value)}");
        }
        return new ExecutionSpec(
            _mounts.RootPath, _mounts.IsRootReadOnly, [.. meta.Args], [.. environment], meta.Cwd.Length > 0 ? meta.Cwd : "/", meta.User, _platform)
        {
            Mounts = _mounts.Mounts,
            Network = _request.Network switch { NetMode.Host => NetworkMode.Host, NetMode.None => NetworkMode.None, _ => NetworkMode.Default },
            Insecure = process.Security == SecurityMode.Insecure,
            Hostname = _request.Hostname.Length > 0 ? _request.Hostname : "buildkitsandbox",
            ExtraHosts = [.. _request.ExtraHosts.Select(host => (host.Host, host.IP))],
            Ulimits = [.. meta.Ulimit.Select(limit => new ExecutionUlimit(limit.Name, limit.Soft, limit.Hard))],
            CgroupParent = meta.CgroupParent.Length > 0 ? meta.CgroupParent : null,
            HasTerminal = process.Tty,
        };
    }

    private static void AddUnlessSet(List<string> environment, string entry)
    {
        var name = entry[..(entry.IndexOf('=') + 1)];
        if (!environment.Any(other => other.StartsWith(name, StringComparison.Ordinal)))
            environment.Add(entry);
    }

    private static void Require(BuildContext build, string entitlement, string what)
    {
        if (!build.Jobs.Any(job => job.Entitlements.Contains(entitlement)))
            throw new InvalidOperationException($"{what} is not allowed: {entitlement} must be granted with --allow {entitlement}");
    }
}
