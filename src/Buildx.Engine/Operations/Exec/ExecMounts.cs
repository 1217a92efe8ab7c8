using System.Collections.Immutable;
using Buildx.Engine.CacheTransfer;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Execution;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Linux;
using Buildx.Llb;
using Buildx.Protocol.Pb;
using Buildx.Registry;
using Grpc.Core;
using Mount = Buildx.Protocol.Pb.Mount;

namespace Buildx.Engine.Operations.Exec;

/// <summary>The mounts of one running step or container: taken in order, given back in reverse.</summary>
/// <param name="inputs">What the mounts' inputs are called.</param>
/// <param name="trees">The inputs themselves.</param>
internal sealed class ExecMounts(ExecEnvironment environment, BuildContext build, IReadOnlyList<LlbOutput> inputs, ImmutableArray<OutputTree?> trees, IVertexProgress? progress = null)
    : IAsyncDisposable
{
    public ExecMounts(ExecEnvironment environment, OperationContext context)
        : this(environment, context.Build, context.Vertex.Inputs, context.Inputs, context.Progress)
    {
    }

    private readonly Stack<IAsyncDisposable> _held = new();
    private readonly Dictionary<int, (IWritableSnapshot Writable, Snapshot Base)> _changed = [];
    private readonly List<ExecutionMount> _mounts = [];
    private readonly HashSet<CacheMountKey> _caches = [];
    private string? _rootPath;

    public string RootPath => _rootPath ?? throw new InvalidOperationException("the step has no root");

    public bool IsRootReadOnly { get; private set; }

    /// <summary>In an order in which none hides another: parents before what is mounted inside them.</summary>
    public ImmutableArray<ExecutionMount> Mounts =>
        [.. _mounts.OrderBy(mount => mount.Destination.Count(c => c == '/')).ThenBy(mount => mount.Destination, StringComparer.Ordinal)];

    public async Task TakeAsync(ExecOp operation, CancellationToken cancellationToken)
    {
        // Locked caches are taken in one order by everybody, so that no two steps wait for each other.
        var caches = operation.Mounts.Where(mount => mount.MountType == MountType.Cache).OrderBy(mount => mount.CacheOpt?.ID, StringComparer.Ordinal);
        foreach (var mount in caches)
            await TakeCacheAsync(mount, $"cached mount {mount.Dest} from exec {string.Join(' ', operation.Meta.Args)}", cancellationToken);
        for (var i = 0; i < operation.Mounts.Count; i++)
        {
            var mount = operation.Mounts[i];
            switch (mount.MountType)
            {
                case MountType.Bind:
                    await TakeBindAsync(i, mount, cancellationToken);
                    break;
                case MountType.Cache:
                    break;
                case MountType.Tmpfs:
                    _mounts.Add(new TmpfsExecutionMount(mount.Dest, mount.TmpfsOpt?.Size ?? 0));
                    break;
                case MountType.Secret:
                    await TakeSecretAsync(mount, cancellationToken);
                    break;
                case MountType.Ssh:
                    await TakeSshAsync(mount, cancellationToken);
                    break;
                default:
                    throw new NotSupportedException($"mounts of type {mount.MountType} are not supported");
            }
        }
    }

    /// <summary>Keeps what the step changed.</summary>
    public async Task<ImmutableArray<OutputTree?>> CommitAsync(ExecOp operation, int outputCount, CancellationToken cancellationToken)
    {
        var outputs = new OutputTree?[outputCount];
        for (var i = 0; i < operation.Mounts.Count; i++)
        {
            var mount = operation.Mounts[i];
            // Clients leave the output of secrets and the like at 0, which is the root's.
            if (mount.Output < 0 || mount.MountType != MountType.Bind)
                continue;
            if (!_changed.TryGetValue(i, out var changed))
            {
                outputs[mount.Output] = Input(mount);
                continue;
            }
            var layer = await changed.Writable.CommitAsync(cancellationToken);
            outputs[mount.Output] = new SnapshotTree(changed.Base.Append(layer), environment.Storage.Layers);
        }
        return [.. outputs];
    }

    /// <summary>Keeps what was mounted and what the step has made of it, for the builds that may look into a step that failed.</summary>
    public async Task<StepFailedException> KeepAsync(ExecOp operation, Exception failure, IEnumerable<BuildJob> jobs, CancellationToken cancellationToken)
    {
        ImmutableArray<StepMount?> before = [.. operation.Mounts.Select(mount => Input(mount) is { } tree ? new StepMount(inputs[(int)mount.Input], tree) : null)];
        var after = before.ToArray();
        var layers = environment.Storage.Layers;
        var left = Snapshot.Empty;
        var lease = environment.Storage.Lease();
        try
        {
            foreach (var (index, (writable, lower)) in _changed)
            {
                if (before[index] is not { } mount)
                    continue;
                var layer = await writable.CommitAsync(cancellationToken);
                lease.Protect(new Snapshot([layer]));
                left = left.Append(layer);
                after[index] = mount with { Tree = new SnapshotTree(lower.Append(layer), layers) };
            }
            return new StepFailedException(failure, before, [.. after]);
        }
        finally
        {
            await new LeftLayers(layers, left, lease).HandOverAsync(jobs);
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Exception>? failures = null;
        while (_held.TryPop(out var held))
        {
            try
            {
                await held.DisposeAsync();
            }
            catch (Exception e)
            {
                (failures ??= []).Add(e);
            }
        }
        if (failures is not null)
            throw failures is [var only] ? only : new AggregateException(failures);
    }

    private OutputTree? Input(Mount mount) => mount.Input >= 0 ? trees[(int)mount.Input] : null;

    private async Task TakeBindAsync(int index, Mount mount, CancellationToken cancellationToken)
    {
        var snapshot = Input(mount) is { } tree ? await tree.GetSnapshotAsync(cancellationToken) : Snapshot.Empty;
        string path;
        if (mount.Readonly)
        {
            path = Hold(await environment.Storage.Layers.MountAsync(snapshot, null, cancellationToken)).Path;
        }
        else
        {
            var writable = Hold(await environment.Storage.Layers.MountWritableAsync(snapshot, null, cancellationToken));
            if (mount.Output >= 0)
                _changed[index] = (writable, snapshot);
            path = writable.Path;
        }
        if (mount.Dest == "/")
        {
            (_rootPath, IsRootReadOnly) = (path, mount.Readonly);
            return;
        }
        _mounts.Add(new BindExecutionMount(mount.Dest, MountSelector.Resolve(path, mount.Selector), mount.Readonly));
    }

    private async Task TakeCacheAsync(Mount mount, string description, CancellationToken cancellationToken)
    {
        var options = mount.CacheOpt ?? new CacheOpt();
        var seed = Input(mount);
        var key = CacheMountKey.Of(mount, inputs);
        await ImportAsync(key, options.Sharing, description, cancellationToken);
        var directory = Hold(options.Sharing == CacheSharingOpt.Private
            ? await environment.Storage.Directories.AcquireFreeAsync(key.ToString(), RecordType.CacheMount, description, cancellationToken)
            : await environment.Storage.Directories.AcquireAsync(
                key.ToString(), RecordType.CacheMount, description, exclusive: options.Sharing == CacheSharingOpt.Locked, cancellationToken));
        _caches.Add(key);
        if (directory.IsNew && seed is not null)
        {
            await using var open = await seed.OpenAsync(cancellationToken);
            await ExecEnvironment.CopyTreeAsync(open.Tree, mount.Selector, directory.Path, cancellationToken);
        }
        _mounts.Add(new BindExecutionMount(mount.Dest, directory.Path, mount.Readonly));
    }

    /// <summary>Makes a cache mount that is not here yet from what another builder has left of it for one of the builds.</summary>
    private async Task ImportAsync(CacheMountKey key, CacheSharingOpt sharing, string description, CancellationToken cancellationToken)
    {
        // A step that has it already would wait for itself.
        if (_caches.Contains(key) || await FindImportAsync(key, cancellationToken) is not { } mount)
            return;
        var directories = environment.Storage.Directories;
        if (sharing != CacheSharingOpt.Private)
        {
            await using var first = await directories.AcquireAsync(key.ToString(), RecordType.CacheMount, description, exclusive: false, cancellationToken);
            if (!first.IsNew)
                return;
            // Nobody is to have it before it is filled.
            first.Discard();
        }
        await using var alone = sharing == CacheSharingOpt.Private
            ? await directories.AcquireFreeAsync(key.ToString(), RecordType.CacheMount, description, cancellationToken)
            : await directories.AcquireAsync(key.ToString(), RecordType.CacheMount, description, exclusive: true, cancellationToken);
        if (!alone.IsNew)
            return;
        using var lease = environment.Storage.Lease();
        try
        {
            await environment.Storage.Archives.UnpackAsync(mount.Blob, mount.Attributes, alone.Path, lease, cancellationToken);
        }
        catch (Exception e)
        {
            alone.Discard();
            if (cancellationToken.IsCancellationRequested
                || e is not (IOException or InvalidDataException or LinuxException or CacheTransferException or RegistryException or RpcException))
            {
                throw;
            }
            // It only saves work. The step that wants it begins as if nobody had left anything.
            progress?.Warn(1, $"the cache mount {key.Id} begins empty: what another builder has left of it can't be used: {e.Message}");
        }
    }

    private async Task<CachedMount?> FindImportAsync(CacheMountKey key, CancellationToken cancellationToken)
    {
        foreach (var job in build.Jobs.Where(job => job.Exchange.HasImports))
        {
            if (await job.Exchange.FindMountAsync(key, cancellationToken) is { } mount)
                return mount;
        }
        return null;
    }

    private async Task TakeSecretAsync(Mount mount, CancellationToken cancellationToken)
    {
        var options = mount.SecretOpt ?? new SecretOpt();
        if (await StepSecrets.GetAsync(build, options.ID, options.Optional, cancellationToken) is not { } value)
            return;
        var file = Hold(SecretFile.Create(environment.Storage.TemporaryPath, value, options));
        _mounts.Add(new BindExecutionMount(mount.Dest, file.Path, ReadOnly: true));
    }

    private async Task TakeSshAsync(Mount mount, CancellationToken cancellationToken)
    {
        var options = mount.SSHOpt ?? new SSHOpt { Mode = 0b110_000_000 };
        var socket = await AgentSocket.TryOpenAsync(
            build, options.ID, environment.Storage.TemporaryPath, options.Uid, options.Gid, options.Mode, cancellationToken);
        if (socket is not null)
            _mounts.Add(new BindExecutionMount(mount.Dest, Hold(socket).Path, ReadOnly: false));
        else if (!options.Optional)
            throw new InvalidOperationException(MissingAgent.Explain(options.ID));
    }

    private T Hold<T>(T held)
        where T : IAsyncDisposable
    {
        _held.Push(held);
        return held;
    }
}
