using System.Globalization;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.Server.Configuration;

/// <summary>Reads <c>buildkitd.toml</c> and flags into <see cref="EngineConfiguration"/>; nothing behind it parses text.</summary>
internal static partial class ConfigurationReader
{
    /// <param name="warnings">Keys and flags that are known but change nothing here, and keys that nobody knows.</param>
    /// <exception cref="ConfigurationException">Something can't be used as it is.</exception>
    public static EngineConfiguration Read(BuildkitdFlags flags, out IReadOnlyList<string> warnings)
    {
        var notes = new List<string>();
        var (text, file) = ReadFile(flags.Get("config"));
        var toml = TomlSection.Parse(text, file);

        var root = flags.Get("root") ?? toml.String("root") ?? DefaultRoot;
        var grpc = toml.Section("grpc");
        var oci = toml.Section("worker").Section("oci");
        RefuseOtherWorkers(flags, toml.Section("worker"), oci);
        RefuseIsolation(flags, oci);
        var disk = DiskSize(root);
        var configuration = new EngineConfiguration
        {
            Root = Path.GetFullPath(root),
            Addresses = ReadAddresses(flags, grpc),
            SocketOwner = ReadSocketOwner(flags, grpc),
            Tls = ReadTls(flags, grpc.Section("tls")),
            DebugAddress = ReadDebugAddress(flags, grpc),
            Log = ReadLog(flags, toml),
            Registries = ReadRegistries(toml.Section("registry")),
            InsecureEntitlements = ReadEntitlements(flags, toml),
            Devices = ReadDevices(flags, toml.Section("cdi")),
            RuntimeBinary = NullIfEmpty(flags.Get("oci-worker-binary") ?? oci.String("binary")),
            Platforms = ReadPlatforms(flags, oci),
            Labels = ReadLabels(flags, oci),
            MaximumParallelism = (flags.GetInteger("oci-max-parallelism") ?? (int?)oci.Integer("max-parallelism")) is var limit and > 0 ? limit : null,
            CgroupParent = NullIfEmpty(oci.String("defaultCgroupParent")),
            Dns = ReadDns(toml.Section("dns")),
            GarbageCollection = ReadGarbageCollection(flags, oci, disk),
            Frontends = ReadFrontends(toml.Section("frontend")),
            History = ReadHistory(toml.Section("history")),
            MaximumRegistryConcurrency = ReadRegistryConcurrency(toml.Section("system")),
            IdleTimeout = flags.Get("idle-timeout") is { } idle ? ParseIdle(idle) : null,
        };
        notes.AddRange(flags.WithoutEffect.Select(name => $"--{name} has no effect in this engine"));
        notes.AddRange(IgnoredSettings(toml, oci).Select(key => $"{file}: {key} has no effect in this engine"));
        notes.AddRange(toml.Unread().Distinct().Select(key => $"{file}: {key} is not known and was ignored"));
        warnings = notes;
        return configuration;
    }

    private static string DefaultRoot => Environment.UserName == "root"
        ? "/var/lib/buildkit"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "buildkit");

    private static string DefaultAddress => "unix://" + (Environment.UserName == "root"
        ? "/run/buildkit/buildkitd.sock"
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? Path.GetTempPath(), "buildkit/buildkitd.sock"));

    private static (string Text, string File) ReadFile(string? path)
    {
        if (path is null)
        {
            var config = Environment.UserName == "root"
                ? "/etc/buildkit/buildkitd.toml"
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "buildkit/buildkitd.toml");
            return File.Exists(config) ? (File.ReadAllText(config), config) : ("", config);
        }
        try
        {
            return (File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"can't read the configuration {path}: {e.Message}", e);
        }
    }

    internal static Dictionary<string, RegistryHostConfiguration> ReadRegistries(TomlSection section)
    {
        var registries = new Dictionary<string, RegistryHostConfiguration>(StringComparer.OrdinalIgnoreCase);
        foreach (var host in section.Keys)
        {
            var registry = section.Section(host);
            registries[host] = new RegistryHostConfiguration
            {
                Mirrors = registry.Strings("mirrors") ?? [],
                Http = registry.Boolean("http"),
                Insecure = registry.Boolean("insecure"),
                CertificateAuthorities = registry.Strings("ca") ?? [],
                KeyPairs = [.. registry.Sections("keypair").Select(pair => new RegistryKeyPair(
                    pair.String("key") ?? throw pair.Wrong("key", "is missing"),
                    pair.String("cert") ?? throw pair.Wrong("cert", "is missing")))],
                TlsConfigDirectories = registry.Strings("tlsconfigdir") ?? [],
            };
        }
        return registries;
    }

    private static FrontendLimits ReadFrontends(TomlSection section)
    {
        var (dockerfile, gateway) = (section.Section("dockerfile.v0"), section.Section("gateway.v0"));
        return new FrontendLimits(dockerfile.Boolean("enabled") ?? true, gateway.Boolean("enabled") ?? true,
            [.. (gateway.Strings("allowedRepositories") ?? []).Select(name => ImageReference.TryParse(name, out var image)
                ? image.Repository
                : throw gateway.Wrong("allowedRepositories", $"\"{name}\" is not the name of an image, as e.g. docker.io/docker/dockerfile is"))]);
    }

    private static List<Platform> ReadPlatforms(BuildkitdFlags flags, TomlSection oci)
    {
        var fromFile = oci.Strings("platforms");
        var platforms = flags.GetAll("oci-worker-platform") is { Count: > 0 } given ? given.SelectMany(value => value.Split(',')) : fromFile ?? [];
        return [.. platforms.Select(text => Platform.TryParse(text, out var platform)
            ? platform
            : throw new ConfigurationException($"\"{text}\" is not a platform (want os/arch[/variant], e.g. linux/arm64)"))];
    }

    private static Dictionary<string, string> ReadLabels(BuildkitdFlags flags, TomlSection oci)
    {
        var section = oci.Section("labels");
        var labels = section.Keys.ToDictionary(key => key, key => section.String(key) ?? "");
        foreach (var label in flags.GetAll("oci-worker-labels").SelectMany(value => value.Split(',')))
        {
            var parts = label.Split('=', 2);
            labels[parts[0]] = parts.Length > 1 ? parts[1] : "";
        }
        return labels;
    }

    private static IReadOnlyList<PrunePolicy>? ReadGarbageCollection(BuildkitdFlags flags, TomlSection oci, long disk)
    {
        var enabled = flags.GetBoolean("oci-worker-gc") ?? oci.Boolean("gc") ?? true;
        var policies = oci.Sections("gcpolicy").Select(policy => new PrunePolicy(
            new UsageFilter(policy.Strings("filters") ?? []),
            policy.Boolean("all") ?? false,
            Duration(policy, "keepDuration"),
            Size(policy, "reservedSpace", disk) is > 0 and var reserved ? reserved : Size(policy, "keepBytes", disk),
            Size(policy, "maxUsedSpace", disk),
            Size(policy, "minFreeSpace", disk))).ToList();
        var caps = new StorageCaps(
            flags.Get("oci-worker-gc-keepstorage") is { } keep ? ParseKeepStorage(keep, disk) : Size(oci, "reservedSpace", disk) is > 0 and var given ? given : Size(oci, "gckeepstorage", disk),
            Size(oci, "maxUsedSpace", disk),
            Size(oci, "minFreeSpace", disk));
        if (!enabled)
            return [];
        if (policies.Count > 0)
            return policies;
        return caps.IsUnset ? null : DefaultPolicies(caps);
    }

    /// <summary>BuildKit's default policies (cmd/buildkitd/config/gcpolicy.go) with these caps.</summary>
    public static IReadOnlyList<PrunePolicy> DefaultPolicies(StorageCaps caps) => [
        new(new UsageFilter(["type==source.local", "type==exec.cachemount", "type==source.git.checkout"]),
            KeepDuration: TimeSpan.FromHours(48), MaxUsedSpace: 512_000_000),
        new(UsageFilter.None, false, TimeSpan.FromDays(60), caps.Reserved, caps.MaxUsed, caps.MinFree),
        new(UsageFilter.None, false, default, caps.Reserved, caps.MaxUsed, caps.MinFree),
        new(UsageFilter.None, true, default, caps.Reserved, caps.MaxUsed, caps.MinFree),
    ];

    /// <summary>The caps when nothing is configured: 10 % of the disk (at most 10 GB) reserved, 80 % (at most 100 GB) used, 20 % free.</summary>
    public static StorageCaps DefaultCaps(long disk) => new(
        Math.Min(ConfigurationUnits.ShareOfDisk(disk, 10), 10_000_000_000),
        Math.Min(ConfigurationUnits.ShareOfDisk(disk, 80), 100_000_000_000),
        ConfigurationUnits.ShareOfDisk(disk, 20));

    public static long DiskSize(string root)
    {
        for (var directory = Path.GetFullPath(root); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (Directory.Exists(directory))
                return new DriveInfo(directory).TotalSize;
        }
        return 0;
    }

    private static long Size(TomlSection section, string key, long disk) => section.Scalar(key) is not { } text
        ? 0
        : ConfigurationUnits.TryParseSize(text, disk, out var bytes)
            ? bytes
            : throw section.Wrong(key, $"\"{text}\" is not a size (want bytes, a unit as in 512MB, or 10%)");

    private static TimeSpan Duration(TomlSection section, string key) => section.Scalar(key) is not { } text
        ? default
        : ConfigurationUnits.TryParseDuration(text, out var duration)
            ? duration
            : throw section.Wrong(key, $"\"{text}\" is not a duration (want seconds, or as in 48h)");

    private static TimeSpan? ParseIdle(string text) => ConfigurationUnits.TryParseDuration(text, out var idle)
        ? idle > TimeSpan.Zero ? idle : null
        : throw new ConfigurationException($"--idle-timeout: \"{text}\" is not a duration (want e.g. 5m, or 0 for never)");

    // The flag takes megabytes without a unit: "reserved[,free[,max]]".
    private static long ParseKeepStorage(string text, long disk)
    {
        var first = text.Split(',')[0];
        if (long.TryParse(first, CultureInfo.InvariantCulture, out var megabytes))
            return megabytes * 1_000_000;
        return ConfigurationUnits.TryParseSize(first, disk, out var bytes)
            ? bytes
            : throw new ConfigurationException($"--oci-worker-gc-keepstorage: \"{text}\" is not a size");
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

/// <summary>Bounds of the build cache in bytes; 0 is unset.</summary>
internal readonly record struct StorageCaps(long Reserved, long MaxUsed, long MinFree)
{
    public bool IsUnset => this is { Reserved: 0, MaxUsed: 0, MinFree: 0 };
}
