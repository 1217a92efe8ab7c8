using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Buildx.Engine.Execution.Bootstrap;
using Buildx.Engine.Execution.Bundles;
using Buildx.Engine.Execution.Cgroups;
using Buildx.Engine.Execution.Devices;
using Buildx.Engine.Execution.Emulating;
using Buildx.Linux;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Execution;

/// <summary>Runs steps under an OCI runtime.</summary>
internal sealed partial class RuntimeExecutor : IExecutor
{
    private const string HostResolvConf = "/etc/resolv.conf";
    private const string SystemdResolvConf = "/run/systemd/resolve/resolv.conf";

    private readonly ExecutionOptions _options;
    private readonly Emulation _emulation;
    private readonly Lazy<OciRuntime> _runtime;
    private readonly string _work;
    private readonly string _state;
    private readonly bool _isInUserNamespace = !UserNamespace.IsInitial;
    private int _number;
    private volatile string? _compiledSeccomp;

    public RuntimeExecutor(ExecutionOptions options, Emulation emulation)
    {
        _options = options;
        _emulation = emulation;
        _runtime = new(() => OciRuntime.Find(options.Runtime));
        _work = Path.GetFullPath(options.WorkDirectory);
        EngineNamespaces.PrepareWorkDirectory(_work);
        _state = Path.Combine(_work, "runtime");
        Directory.CreateDirectory(_state);
    }

    /// <summary>Whether the next step starts with the profile that an earlier one has compiled.</summary>
    internal bool HasCompiledSeccomp => _compiledSeccomp is not null;

    public async Task<int> RunAsync(ExecutionSpec spec, IExecutionOutput output, CancellationToken cancellationToken, ProcessControl? control = null)
    {
        try
        {
            return await RunInContainerAsync(spec, output, control, cancellationToken);
        }
        finally
        {
            control?.Detach();
        }
    }

    private async Task<int> RunInContainerAsync(ExecutionSpec spec, IExecutionOutput output, ProcessControl? control, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var runtime = _runtime.Value;
        var id = StepNames.OfStep(Interlocked.Increment(ref _number));
        var directory = Path.Combine(_work, id);
        Directory.CreateDirectory(directory);
        string? overlay = null;
        string? cgroup = null;
        DeviceCage? cage = null;
        try
        {
            var userNamespace = await _emulation.PrepareAsync(spec.Platform, cancellationToken);
            using var root = new ContainerRoot(spec.RootPath);
            using var stubs = new MountStubs();
            var mayMakeNodes = !_isInUserNamespace && userNamespace is null;
            var devices = spec.Devices.Nodes.Select(node => node.Complete()).ToImmutableArray();
            var nodes = devices.ToLookup(node => mayMakeNodes && node.Path.StartsWith("/dev/", StringComparison.Ordinal));
            var mounts = CollectMounts(spec, directory, userNamespace is not null, nodes[false]);
            var destinations = mounts.Select(mount => (mount.Destination, IsDirectory(mount))).ToImmutableArray();
            var rootPath = spec.RootPath;
            if (spec.ReadOnlyRoot && MountStubs.AreNeeded(root, destinations))
            {
                rootPath = overlay = MakeOverlay(spec.RootPath, directory);
                using var over = new ContainerRoot(overlay);
                stubs.Make(over, destinations);
            }
            else if (!spec.ReadOnlyRoot)
            {
                stubs.Make(root, destinations);
            }
            var user = ContainerUser.Resolve(root, spec.User);
            if (!spec.ReadOnlyRoot)
            {
                root.MakeDirectories(spec.WorkingDirectory, (parent, name) =>
                    FileSystem.ChangeOwnerAt(parent, name, user.Uid, user.Gid));
            }

            var keptSeccomp = Path.Combine(directory, "seccomp.bpf");
            cgroup = FindCgroup(spec, id, output);
            cage = FindCage(spec, devices);
            WriteConfiguration(Path.Combine(directory, "config.json"), new Bundle(spec, rootPath, user, mounts)
            {
                Capabilities = spec.Insecure ? Capabilities.ReadOwn() : Capabilities.Default,
                UserNamespace = userNamespace,
                Is32Bit = (spec.Platform.Architecture, Oci.Platform.Host.Architecture) is ("386", "amd64") or ("arm", "arm64")
                    && _emulation.GetKind(spec.Platform) == EmulationKind.Native,
                SharesNetwork = spec.Network != NetworkMode.None,
                CgroupsPath = cgroup,
                DeviceRules = spec.Insecure ? DeviceRules.All : DeviceRules.For(devices),
                RefusesDeviceNodes = EngineNamespaces.RefusesDeviceNodes,
                CompiledSeccomp = spec.Insecure ? null : _compiledSeccomp,
                KeepSeccomp = runtime.IsCrun && !spec.Insecure && File.Exists("/bin/sh")
                    ? (Path.Combine(_state, id, "seccomp.bpf"), keptSeccomp)
                    : null,
                Ulimits = LimitUlimits(spec.Ulimits),
                DeviceNodes = [.. nodes[true]],
            });

            var log = Path.Combine(directory, "log.json");
            using var console = spec.HasTerminal ? MakeConsole(runtime) : null;
            var run = new RuntimeRun(runtime.Path,
                [.. runtime.CommonArguments(_state, log, cgroup is not null), "run", .. ConsoleArguments(console), "--bundle", directory, id], log, output)
            {
                Control = control,
                Console = console,
                Cage = cage,
            };
            control?.Container = new RunningContainer(id, directory, run, spec, cgroup is not null);
            var exit = await run.RunAsync(cancellationToken);
            if (_compiledSeccomp is null && !cancellationToken.IsCancellationRequested && File.Exists(keptSeccomp))
                KeepCompiledSeccomp(keptSeccomp);
            if (spec.RemoveMountStubs && overlay is null)
                stubs.Remove();
            cancellationToken.ThrowIfCancellationRequested();
            return exit.Succeeded ? 0 : Explain(exit, log, run.RuntimeOutput, spec, output);
        }
        catch (LinuxException exception)
        {
            throw new ExecutionException($"the container for {Quote(spec.Args)} could not be prepared: {exception.Message}", exception);
        }
        finally
        {
            if (cgroup is not null)
                UnifiedCgroups.Remove(cgroup);
            if (cage is not null && cage != EngineNamespaces.LegacyDevices?.Common)
                cage.Remove();
            if (overlay is not null)
                Mount.Unmount(overlay);
            Directory.Delete(directory, recursive: true);
            var state = Path.Combine(_state, id);
            if (Directory.Exists(state))
                Directory.Delete(state, recursive: true);
        }
    }

    private void KeepCompiledSeccomp(string path)
    {
        const int instruction = 8;
        var program = File.ReadAllBytes(path);
        // The engine was stopped while it was copied, or it isn't what it should be: the next step tries again.
        if (program.Length > 0 && program.Length % instruction == 0)
            _compiledSeccomp = Convert.ToBase64String(program);
    }

    private static ConsoleSocket MakeConsole(OciRuntime runtime) => runtime.IsCrun
        ? new ConsoleSocket()
        : throw new ExecutionException($"a process with a terminal needs crun; the runtime here is {runtime.Path}. {OciRuntime.Remedy}");

    private static ImmutableArray<string> ConsoleArguments(ConsoleSocket? console) => console is null ? [] : ["--console-socket", console.Path];

    private static int Explain(ProcessExit exit, string log, string printed, ExecutionSpec spec, IExecutionOutput output)
    {
        var failure = RuntimeFailure.Find(File.Exists(log) ? File.ReadAllText(log) : "", printed, spec);
        if (failure is null)
            return exit.ShellCode;
        if (failure.ExitCode is not { } code)
            throw new ExecutionException($"the container for {Quote(spec.Args)} could not be started: {failure.Message}");
        output.Write(2, Encoding.UTF8.GetBytes(failure.Message + "\n"));
        return code;
    }

    /// <param name="shownNodes">Nodes that can't be made in the container, or should not stay in its root: the machine's own are shown.</param>
    private ImmutableArray<BundleMount> CollectMounts(ExecutionSpec spec, string directory, bool foreign, IEnumerable<DeviceNode> shownNodes)
    {
        var sharesNetwork = spec.Network != NetworkMode.None;
        var resolvConf = Path.Combine(directory, "resolv.conf");
        File.WriteAllText(resolvConf, NameResolution.MakeResolvConf(ReadHostResolvConf(sharesNetwork), _options, sharesNetwork));
        var hosts = Path.Combine(directory, "hosts");
        File.WriteAllText(hosts, NameResolution.MakeHosts(spec.Hostname, spec.ExtraHosts));
        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(resolvConf, readable);
        File.SetUnixFileMode(hosts, readable);

        var mounts = new List<BundleMount>(StandardMounts.Create(_isInUserNamespace || foreign, spec.Insecure, resolvConf, hosts));
        foreach (var mount in spec.Mounts)
        {
            var destination = Path.GetFullPath(mount.Destination, spec.WorkingDirectory);
            // The later of two at one place is the one that counts.
            mounts.RemoveAll(other => other.Destination == destination);
            mounts.Add(mount switch
            {
                BindExecutionMount bind => BundleMount.Bind(destination, bind.Source, bind.ReadOnly),
                TmpfsExecutionMount tmpfs => new BundleMount(destination, "tmpfs", "tmpfs",
                    ["nosuid", "nodev", .. tmpfs.Size > 0 ? [$"size={tmpfs.Size}"] : ImmutableArray<string>.Empty]),
                _ => throw new ExecutionException($"mounts of type {mount.GetType().Name} are not supported"),
            });
        }
        foreach (var mount in spec.Devices.Mounts.Concat(shownNodes.Select(node => BundleMount.Bind(node.Path, node.HostPath, readOnly: false))))
        {
            if (mount.Type == "bind" && !Path.Exists(mount.Source))
                throw new ExecutionException($"{mount.Source}, which a device needs, is not on this machine");
            mounts.RemoveAll(other => other.Destination == mount.Destination);
            mounts.Add(mount);
        }
        return [.. mounts];
    }

    private static string ReadHostResolvConf(bool sharesNetwork)
    {
        var text = File.Exists(HostResolvConf) ? File.ReadAllText(HostResolvConf) : "";
        // systemd's local server can't be reached from another network: it keeps a list of the real ones.
        return !sharesNetwork && text.Contains("127.0.0.53", StringComparison.Ordinal) && File.Exists(SystemdResolvConf)
            ? File.ReadAllText(SystemdResolvConf)
            : text;
    }

    private static bool IsDirectory(BundleMount mount) => mount.Type != "bind" || Directory.Exists(mount.Source);

    private string MakeOverlay(string lower, string directory)
    {
        var (upper, work, target) = (Path.Combine(directory, "upper"), Path.Combine(directory, "work"), Path.Combine(directory, "root"));
        Directory.CreateDirectory(upper);
        Directory.CreateDirectory(work);
        Directory.CreateDirectory(target);
        Mount.Overlay(new OverlayOptions([lower]) { UpperDirectory = upper, WorkDirectory = work, UserAttributes = _isInUserNamespace }, target);
        return target;
    }

    /// <returns>Null when cgroups are left alone.</returns>
    private string? FindCgroup(ExecutionSpec spec, string id, IExecutionOutput output)
    {
        var isWanted = spec.Resources is not null || spec.CgroupParent is not null;
        if (!EngineNamespaces.ManagesCgroups)
        {
            if (isWanted)
                output.Write(2, "warning: resource limits are not applied: the engine can't manage cgroups here (it needs root and cgroup v2)\n"u8);
            return null;
        }
        return isWanted || !spec.Insecure ? UnifiedCgroups.PathOf(spec.CgroupParent ?? _options.CgroupParent, id) : null;
    }

    /// <returns>Null when the runtime keeps the step from devices, or nothing does.</returns>
    private static DeviceCage? FindCage(ExecutionSpec spec, ImmutableArray<DeviceNode> devices)
    {
        if (spec.Insecure || EngineNamespaces.LegacyDevices is not { } legacy)
            return null;
        return devices.IsEmpty ? legacy.Common : legacy.Make(DeviceRules.For(devices));
    }

    /// <summary>Only some may raise a hard limit, and asking for it would fail the start.</summary>
    private static ImmutableArray<ExecutionUlimit> LimitUlimits(ImmutableArray<ExecutionUlimit> wanted) =>
    [
        .. wanted.Select(limit =>
        {
            var own = ResourceLimit.Get(limit.Name)
                ?? throw new ExecutionException($"there is no ulimit \"{limit.Name}\" (want e.g. nofile, nproc, core)");
            var hard = Math.Min(unchecked((ulong)limit.Hard), own.Hard);
            return limit with { Hard = unchecked((long)hard), Soft = unchecked((long)Math.Min((ulong)limit.Soft, hard)) };
        }),
    ];

    private static void WriteConfiguration(string path, Bundle bundle)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var json = new Utf8JsonWriter(file);
        BundleWriter.Write(json, bundle);
    }

    private static string Quote(ImmutableArray<string> args) => $"\"{string.Join(' ', args)}\"";
}
