using System.Collections.Immutable;
using Buildx.Engine.ContentHashing;
using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Devices;
using Buildx.Engine.Solving;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;
using Platform = Buildx.Oci.Platform;

namespace Buildx.Engine.Operations.Exec;

/// <summary>Runs a process in a container (LLB <c>ExecOp</c>).</summary>
internal sealed class ExecOperation : IOperation
{
    private readonly ExecOp _operation;
    private readonly Platform _platform;
    private readonly int _outputCount;
    private readonly ExecEnvironment _environment;
    private readonly ExecutionResources? _resources;

    public ExecOperation(ExecOp operation, Platform platform, int outputCount, LinuxResources? resources, ExecEnvironment environment)
    {
        (_operation, _platform, _outputCount, _environment) = (operation, platform, outputCount, environment);
        _resources = resources is null
            ? null
            : new ExecutionResources(
                resources.Memory, resources.MemorySwap, resources.CpuShares, resources.CpuPeriod, resources.CpuQuota, resources.CpusetCpus, resources.CpusetMems);
        Key = MakeKey(byContent: false);
        ContentKey = MakeKey(byContent: true);
    }

    public Digest Key { get; }

    public Digest ContentKey { get; }

    /// <summary>A tree that is only read, beside the root: the step sees what the mount selects and nothing else.</summary>
    public bool DependsOnContent(int input)
    {
        var any = false;
        foreach (var mount in _operation.Mounts)
        {
            if (mount.Input != input)
                continue;
            any = true;
            if (mount.MountType != MountType.Bind || mount.Dest == "/" || (!mount.Readonly && mount.Output >= 0) || mount.ContentCache == MountContentCache.Off)
                return false;
        }
        return any;
    }

    public async Task<InputContent> HashContentAsync(int input, OutputTree? tree, OperationContext context, CancellationToken cancellationToken)
    {
        using var hash = new KeyHash("mounts");
        if (tree is null)
            return new InputContent(hash.ToDigest(), []);
        var files = new List<HashedFile>();
        await using var open = await tree.OpenAsync(cancellationToken);
        foreach (var mount in _operation.Mounts)
        {
            if (mount.Input != input)
                continue;
            var content = await _environment.HashTreeAsync(open.Tree, mount.Selector, cancellationToken);
            hash.Add(mount.Dest).Add(content.Content);
            files.AddRange(content.Files);
        }
        return new InputContent(hash.ToDigest(), files);
    }

    public async Task<ImmutableArray<OutputTree?>> ExecuteAsync(OperationContext context, CancellationToken cancellationToken)
    {
        CheckSupported();
        var devices = FindDevices();
        using var turn = await _environment.WaitForTurnAsync(cancellationToken);
        await using var mounts = new ExecMounts(_environment, context);
        await mounts.TakeAsync(_operation, cancellationToken);
        var meta = _operation.Meta;
        var spec = new ExecutionSpec(
            mounts.RootPath, mounts.IsRootReadOnly, [.. meta.Args], await EnvironmentAsync(context, cancellationToken), meta.Cwd, meta.User, _platform)
        {
            Mounts = mounts.Mounts,
            Network = _operation.Network switch { NetMode.Host => NetworkMode.Host, NetMode.None => NetworkMode.None, _ => NetworkMode.Default },
            Insecure = _operation.Security == SecurityMode.Insecure,
            Hostname = meta.Hostname.Length > 0 ? meta.Hostname : "buildkitsandbox",
            ExtraHosts = [.. meta.ExtraHosts.Select(host => (host.Host, host.IP))],
            Ulimits = [.. meta.Ulimit.Select(limit => new ExecutionUlimit(limit.Name, limit.Soft, limit.Hard))],
            Resources = _resources,
            CgroupParent = meta.CgroupParent.Length > 0 ? meta.CgroupParent : null,
            Devices = devices,
        };
        try
        {
            await RunAsync(spec, context.Progress, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException && context.Build.Jobs.Where(job => job.ClientFrontend is not null).ToList() is { Count: > 0 } curious)
        {
            // A client that leads its build may want to see what the step has left, as debuggers do.
            throw await mounts.KeepAsync(_operation, e, curious, cancellationToken);
        }
        return await mounts.CommitAsync(_operation, _outputCount, cancellationToken);
    }

    private async Task RunAsync(ExecutionSpec spec, IVertexProgress progress, CancellationToken cancellationToken)
    {
        var exitCode = await _environment.Executor.RunAsync(spec, progress, cancellationToken);
        var valid = _operation.Meta.ValidExitCodes;
        if (valid.Count == 0 ? exitCode != 0 : !valid.Contains(exitCode))
            throw new ProcessExitException(string.Join(' ', _operation.Meta.Args), exitCode);
    }

    private void CheckSupported()
    {
        if (_environment.Emulation.GetKind(_platform) == EmulationKind.Unsupported)
            throw new ExecutionException(_environment.Emulation.DescribeRemedy(_platform));
    }

    /// <summary>The devices are those that the build was granted, by their full names; see <see cref="DeviceAdmission"/>.</summary>
    private ContainerEdits FindDevices()
    {
        if (_operation.CdiDevices.Count == 0)
            return ContainerEdits.None;
        var inventory = _environment.Devices.Read();
        var devices = new List<Device>();
        foreach (var wanted in _operation.CdiDevices)
        {
            var found = inventory.Find(wanted.Name);
            if (found.IsEmpty && !wanted.Optional)
                throw new ExecutionException(inventory.DescribeMissing(wanted.Name));
            devices.AddRange(found.Where(device => !devices.Contains(device)));
        }
        return Device.EditsOf(devices);
    }

    private async Task<ImmutableArray<string>> EnvironmentAsync(OperationContext context, CancellationToken cancellationToken)
    {
        var env = _operation.Meta.Env.ToList();
        if (_operation.Meta.ProxyEnv is { } proxy)
        {
            Add("HTTP_PROXY", proxy.HttpProxy);
            Add("HTTPS_PROXY", proxy.HttpsProxy);
            Add("FTP_PROXY", proxy.FtpProxy);
            Add("NO_PROXY", proxy.NoProxy);
            Add("ALL_PROXY", proxy.AllProxy);
        }
        foreach (var secret in _operation.Secretenv)
        {
            // As BuildKit: a variable of an optional secret is there in any case.
            var value = await StepSecrets.GetAsync(context.Build, secret.ID, secret.Optional, cancellationToken) ?? [];
            env.Add($"{secret.Name}={System.Text.Encoding.UTF8.GetString(value)}");
        }
        return [.. env];

        void Add(string name, string value)
        {
            if (value.Length == 0)
                return;
            env.Add($"{name}={value}");
            env.Add($"{name.ToLowerInvariant()}={value}");
        }
    }

    // What the result may depend on: not where proxies are, not the addresses behind host names; by content, not which part of
    // an input was hashed.
    private Digest MakeKey(bool byContent)
    {
        var op = _operation.Clone();
        op.Meta.ProxyEnv = null;
        foreach (var host in op.Meta.ExtraHosts)
            host.IP = "";
        foreach (var mount in op.Mounts)
        {
            if (byContent && mount.Input >= 0 && DependsOnContent((int)mount.Input))
                mount.Selector = "";
        }
        return new KeyHash("exec").Add(op.ToByteArray()).Add(_platform.Normalize().ToString()).ToDigest();
    }
}
