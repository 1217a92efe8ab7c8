using System.Collections.Immutable;
using System.Text.Json;
using Buildx.Engine.Execution.Cgroups;
using Buildx.Engine.Execution.Devices;
using Buildx.Linux;

namespace Buildx.Engine.Execution.Bundles;

/// <summary>Writes <c>config.json</c> of the OCI runtime specification.</summary>
internal static class BundleWriter
{
    private static readonly string[] MaskedPaths =
    [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/sys/firmware", "/sys/devices/virtual/powercap", "/proc/scsi",
    ];

    private static readonly string[] ReadOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static void Write(Utf8JsonWriter json, Bundle bundle)
    {
        var spec = bundle.Spec;
        json.WriteStartObject();
        json.WriteString("ociVersion", "1.0.2");
        json.WriteStartObject("root");
        json.WriteString("path", bundle.RootPath);
        json.WriteBoolean("readonly", spec.ReadOnlyRoot);
        json.WriteEndObject();
        json.WriteString("hostname", spec.Hostname);
        json.WritePropertyName("process");
        WriteProcess(json, bundle);
        json.WriteStartArray("mounts");
        foreach (var mount in bundle.Mounts)
        {
            json.WriteStartObject();
            json.WriteString("destination", mount.Destination);
            json.WriteString("type", mount.Type);
            json.WriteString("source", mount.Source);
            WriteStrings(json, "options", mount.Options);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteLinux(json, bundle);
        if (bundle.CompiledSeccomp is { } compiled)
        {
            json.WriteStartObject("annotations");
            json.WriteString("run.oci.seccomp_bpf_data", compiled);
            json.WriteEndObject();
        }
        WriteHooks(json, bundle);
        json.WriteEndObject();
    }

    private static void WriteHooks(Utf8JsonWriter json, Bundle bundle)
    {
        var hooks = bundle.Spec.Devices.Hooks;
        if (SeccompHook(bundle) is { } keep)
            hooks = hooks.Add(keep);
        if (hooks.IsEmpty)
            return;
        json.WriteStartObject("hooks");
        foreach (var stage in hooks.GroupBy(hook => hook.Stage))
        {
            json.WriteStartArray(stage.Key);
            foreach (var hook in stage)
            {
                json.WriteStartObject();
                json.WriteString("path", hook.Path);
                if (!hook.Arguments.IsEmpty)
                    WriteStrings(json, "args", hook.Arguments);
                if (!hook.Environment.IsEmpty)
                    WriteStrings(json, "env", hook.Environment);
                if (hook.Timeout is { } timeout)
                    json.WriteNumber("timeout", timeout);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <summary>
    /// Compiling the profile takes crun longer than all the rest of a start. The profile itself stays in the configuration: a
    /// runtime that doesn't know the annotation compiles it.
    /// </summary>
    private static ContainerHook? SeccompHook(Bundle bundle) => bundle is { CompiledSeccomp: null, KeepSeccomp: var (from, to) }
        // Only after the start: crun compiles the profile after its prestart hooks.
        // The runtime writes the container's state to a hook's input, and takes it for an error when nobody reads it.
        ? new ContainerHook("poststart", "/bin/sh", ["sh", "-c", "cat >/dev/null; cp \"$0\" \"$1\" || :", from, to], [], null)
        : null;

    /// <summary>Only the process, for one more in a container that is there.</summary>
    public static void WriteProcess(Utf8JsonWriter json, Bundle bundle)
    {
        var spec = bundle.Spec;
        json.WriteStartObject();
        json.WriteBoolean("terminal", spec.HasTerminal);
        json.WriteStartObject("user");
        json.WriteNumber("uid", bundle.User.Uid);
        json.WriteNumber("gid", bundle.User.Gid);
        json.WriteStartArray("additionalGids");
        foreach (var gid in bundle.User.AdditionalGids.Union(spec.Devices.Groups))
            json.WriteNumberValue(gid);
        json.WriteEndArray();
        json.WriteEndObject();
        WriteStrings(json, "args", spec.Args);
        // Not left to the runtime: crun knows no home for ids that the image's /etc/passwd does not have.
        var environment = spec.Devices.ApplyTo(spec.Env);
        var hasHome = environment.Any(variable => variable.StartsWith("HOME=", StringComparison.Ordinal) && variable.Length > "HOME=".Length);
        WriteStrings(json, "env", hasHome ? environment : [.. environment, $"HOME={bundle.User.Home}"]);
        json.WriteString("cwd", spec.WorkingDirectory);
        json.WriteStartObject("capabilities");
        WriteStrings(json, "bounding", bundle.Capabilities);
        WriteStrings(json, "permitted", bundle.Capabilities);
        WriteStrings(json, "effective", bundle.Capabilities);
        if (spec.Insecure)
        {
            WriteStrings(json, "inheritable", bundle.Capabilities);
            WriteStrings(json, "ambient", bundle.Capabilities);
        }
        json.WriteEndObject();
        // setuid programs work in builds.
        json.WriteBoolean("noNewPrivileges", false);
        if (!bundle.Ulimits.IsEmpty)
        {
            json.WriteStartArray("rlimits");
            foreach (var limit in bundle.Ulimits)
            {
                json.WriteStartObject();
                json.WriteString("type", "RLIMIT_" + limit.Name.ToUpperInvariant());
                json.WriteNumber("soft", unchecked((ulong)limit.Soft));
                json.WriteNumber("hard", unchecked((ulong)limit.Hard));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteLinux(Utf8JsonWriter json, Bundle bundle)
    {
        json.WriteStartObject("linux");
        json.WriteStartArray("namespaces");
        foreach (var type in (ReadOnlySpan<string>)["pid", "ipc", "uts", "mount"])
            WriteNamespace(json, type, null);
        if (!bundle.SharesNetwork)
            WriteNamespace(json, "network", null);
        if (bundle.UserNamespace is { } path)
            WriteNamespace(json, "user", path);
        json.WriteEndArray();
        if (bundle.Is32Bit)
        {
            // uname and what asks it see the machine that the step is for.
            json.WriteStartObject("personality");
            json.WriteString("domain", "LINUX32");
            json.WriteEndObject();
        }
        WriteDevices(json, bundle.DeviceNodes);
        if (bundle.CgroupsPath is { } cgroup)
        {
            json.WriteString("cgroupsPath", cgroup);
            json.WriteStartObject("resources");
            WriteDeviceRules(json, bundle.DeviceRules);
            if (bundle.Spec.Resources is { } resources)
                WriteResources(json, resources);
            json.WriteEndObject();
        }
        if (!bundle.Spec.Insecure)
        {
            json.WritePropertyName("seccomp");
            json.WriteRawValue(bundle.RefusesDeviceNodes ? SeccompProfile.JsonWithoutDeviceNodes : SeccompProfile.Json, skipInputValidation: true);
            WriteStrings(json, "maskedPaths", MaskedPaths);
            WriteStrings(json, "readonlyPaths", ReadOnlyPaths);
        }
        json.WriteEndObject();
    }

    private static void WriteDevices(Utf8JsonWriter json, ImmutableArray<DeviceNode> nodes)
    {
        if (nodes.IsEmpty)
            return;
        json.WriteStartArray("devices");
        foreach (var node in nodes)
        {
            json.WriteStartObject();
            json.WriteString("path", node.Path);
            json.WriteString("type", node.Type switch { FileType.BlockDevice => "b", FileType.Fifo => "p", _ => "c" });
            if (node.Number is { } number)
            {
                json.WriteNumber("major", number.Major);
                json.WriteNumber("minor", number.Minor);
            }
            if (node.Mode is { } mode)
                json.WriteNumber("fileMode", mode);
            if (node.UserId is { } user)
                json.WriteNumber("uid", user);
            if (node.GroupId is { } group)
                json.WriteNumber("gid", group);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteDeviceRules(Utf8JsonWriter json, ImmutableArray<DeviceRule> rules)
    {
        json.WriteStartArray("devices");
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteBoolean("allow", rule.Allow);
            json.WriteString("type", rule.TypeName);
            if (rule.Major is { } major)
                json.WriteNumber("major", major);
            if (rule.Minor is { } minor)
                json.WriteNumber("minor", minor);
            json.WriteString("access", rule.Access);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteResources(Utf8JsonWriter json, ExecutionResources resources)
    {
        if (resources.Memory != 0 || resources.MemorySwap != 0)
        {
            json.WriteStartObject("memory");
            WriteUnlessZero(json, "limit", resources.Memory);
            WriteUnlessZero(json, "swap", resources.MemorySwap);
            json.WriteEndObject();
        }
        if (resources is not { CpuShares: 0, CpuPeriod: 0, CpuQuota: 0, CpusetCpus: "", CpusetMems: "" })
        {
            json.WriteStartObject("cpu");
            WriteUnlessZero(json, "shares", (long)resources.CpuShares);
            WriteUnlessZero(json, "period", (long)resources.CpuPeriod);
            WriteUnlessZero(json, "quota", resources.CpuQuota);
            if (resources.CpusetCpus.Length > 0)
                json.WriteString("cpus", resources.CpusetCpus);
            if (resources.CpusetMems.Length > 0)
                json.WriteString("mems", resources.CpusetMems);
            json.WriteEndObject();
        }
    }

    private static void WriteNamespace(Utf8JsonWriter json, string type, string? path)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        if (path is not null)
            json.WriteString("path", path);
        json.WriteEndObject();
    }

    private static void WriteUnlessZero(Utf8JsonWriter json, string name, long value)
    {
        if (value != 0)
            json.WriteNumber(name, value);
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
