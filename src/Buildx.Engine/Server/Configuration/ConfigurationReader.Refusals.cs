namespace Buildx.Engine.Server.Configuration;

// What this engine is not. Where somebody would rely on a setting, for safety or for a result, it is refused with the reason;
// what changes nothing that can be seen is passed over with a warning.
internal static partial class ConfigurationReader
{
    private static void RefuseOtherWorkers(BuildkitdFlags flags, TomlSection worker, TomlSection oci)
    {
        if (flags.Get("oci-worker") is "false" or "0" || oci.Boolean("enabled") is false)
            throw new ConfigurationException("the OCI worker can't be switched off: it is the only one that this engine has");
        if (flags.Get("containerd-worker") is "true" or "1" || worker.Section("containerd").Boolean("enabled") is true)
            throw new ConfigurationException("there is no containerd worker in this engine: leave it out, or set it to false; steps run under crun or runc");
        worker.Ignore("containerd");
        worker.Section("containerd").Ignore(
            "address", "labels", "platforms", "namespace", "runtime", "snapshotter", "apparmor-profile", "selinux", "max-parallelism",
            "defaultCgroupParent", "rootless", "gc", "gckeepstorage", "reservedSpace", "maxUsedSpace", "minFreeSpace", "gcpolicy", "networkMode",
            "cniConfigPath", "cniBinaryPath", "cniPoolSize", "bridgeName", "bridgeSubnet");
    }

    private static void RefuseIsolation(BuildkitdFlags flags, TomlSection oci)
    {
        var mode = oci.String("networkMode");
        if ((flags.Get("oci-worker-net") ?? mode) is { } network and not ("" or "auto" or "host"))
            throw new ConfigurationException($"worker network \"{network}\": steps use the host's network or none (RUN --network=none); bridge and cni networks are not supported in this version");
        if (flags.GetBoolean("oci-worker-selinux") is true || oci.Boolean("selinux") is true)
            throw new ConfigurationException("SELinux labels for steps are not supported in this version: unset selinux");
        if ((NullIfEmpty(flags.Get("oci-worker-apparmor-profile")) ?? NullIfEmpty(oci.String("apparmor-profile"))) is { } profile)
            throw new ConfigurationException($"AppArmor profile \"{profile}\": profiles for steps are not supported in this version: unset it");
        if ((NullIfEmpty(flags.Get("oci-worker-proxy-snapshotter-path")) ?? NullIfEmpty(oci.String("proxySnapshotterPath"))) is { } proxy)
            throw new ConfigurationException($"snapshotter {proxy}: other programs' snapshotters can't be used, layers are overlayfs's own directories");
    }

    private static void RefuseSignedCaches(TomlSection gha)
    {
        var (sign, verify) = (gha.Section("sign"), gha.Section("verify"));
        if (sign.Has("command") || sign.String("cmd") is { Length: > 0 })
            throw sign.Wrong(sign.Has("command") ? "command" : "cmd", "caches in GitHub are not signed in this version: leave it out");
        if (verify.Boolean("required") is true)
            throw verify.Wrong("required", "signatures of caches in GitHub are not verified in this version: leave it out");
        gha.Ignore("sign", "verify");
        sign.Ignore("cmd");
        verify.Ignore("required", "policy");
    }

    /// <summary>Settings that are there and change nothing here.</summary>
    private static List<string> IgnoredSettings(TomlSection toml, TomlSection oci)
    {
        if (toml.Boolean("proxyNetwork") is true)
            throw toml.Wrong("proxyNetwork", "the proxy network is not supported in this version");
        RefuseSignedCaches(toml.Section("cache").Section("gha"));
        RefuseSignedCaches(toml.Section("ghacache"));
        var ignored = new List<string>();
        Note(toml, "", "otel", "cache", "ghacache", "provenanceEnvDir");
        Note(oci, "worker.oci.", "noProcessSandbox", "stargzSnapshotter", "userRemapUnsupported", "cniConfigPath", "cniBinaryPath", "cniPoolSize", "bridgeName", "bridgeSubnet");
        if (oci.String("snapshotter") is not (null or "" or "auto" or "overlayfs"))
            ignored.Add("worker.oci.snapshotter");
        oci.Ignore("enabled", "rootless");
        toml.Section("grpc").Ignore("securityDescriptor");
        return ignored;

        void Note(TomlSection section, string prefix, params ReadOnlySpan<string> keys)
        {
            section.Ignore(keys);
            foreach (var key in keys)
            {
                if (section.Has(key))
                    ignored.Add(prefix + key);
            }
        }
    }
}
