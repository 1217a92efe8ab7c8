namespace Buildx.Drivers.Containers;

/// <summary>The <c>--driver-opt</c>s of the driver <c>docker-container</c>.</summary>
public sealed record ContainerOptions
{
    private const string Known =
        "image, network, memory, memory-swap, cpu-quota, cpu-period, cpu-shares, cpuset-cpus, cpuset-mems, cgroup-parent, restart-policy, env.NAME, default-load, provenance-add-gha, allow-untrusted-image";

    public const string DefaultImage = "moby/buildkit:buildx-stable-1";

    public string Image { get; private init; } = DefaultImage;

    public string? Network { get; private init; }

    /// <summary>Bytes; null for no limit.</summary>
    public long? Memory { get; private init; }

    /// <summary>Bytes, memory included; null for no limit.</summary>
    public long? MemorySwap { get; private init; }

    public long? CpuQuota { get; private init; }

    public long? CpuPeriod { get; private init; }

    public long? CpuShares { get; private init; }

    public string? CpusetCpus { get; private init; }

    public string? CpusetMems { get; private init; }

    public string? CgroupParent { get; private init; }

    public string RestartPolicy { get; private init; } = "unless-stopped";

    /// <summary>For <c>on-failure:N</c>.</summary>
    public long RestartAttempts { get; private init; }

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; private init; } = [];

    public bool LoadsByDefault { get; private init; }

    /// <exception cref="DriverException">An unknown option or a bad value.</exception>
    public static ContainerOptions Parse(IReadOnlyDictionary<string, string>? options)
    {
        var result = new ContainerOptions();
        foreach (var (name, value) in options ?? new Dictionary<string, string>())
            result = result.With(name, value);
        return result;
    }

    private ContainerOptions With(string name, string value)
    {
        switch (name)
        {
            case "image":
                return this with { Image = value };
            case "network":
                return this with { Network = value };
            case "memory":
                return this with { Memory = DriverOptions.ReadSize(name, value) };
            case "memory-swap":
                return this with { MemorySwap = value == "-1" ? -1 : DriverOptions.ReadSize(name, value) };
            case "cpu-quota":
                return this with { CpuQuota = DriverOptions.ReadNumber(name, value) };
            case "cpu-period":
                return this with { CpuPeriod = DriverOptions.ReadNumber(name, value) };
            case "cpu-shares":
                return this with { CpuShares = DriverOptions.ReadNumber(name, value) };
            case "cpuset-cpus":
                return this with { CpusetCpus = value };
            case "cpuset-mems":
                return this with { CpusetMems = value };
            case "cgroup-parent":
                return this with { CgroupParent = value };
            case "restart-policy":
                return WithRestartPolicy(value);
            case "default-load":
                return this with { LoadsByDefault = DriverOptions.ReadBoolean(name, value) };
            case "provenance-add-gha" or "allow-untrusted-image":
                // They say what is to be left undone, and this program does neither yet.
                _ = DriverOptions.ReadBoolean(name, value);
                return this;
            case var _ when name.StartsWith("env.", StringComparison.Ordinal) && name.Length > 4:
                return this with { Environment = [.. Environment, $"{name[4..]}={value}"] };
            default:
                throw DriverOptions.Unknown(ContainerDriver.DriverName, name, Known);
        }
    }

    private ContainerOptions WithRestartPolicy(string value)
    {
        var colon = value.IndexOf(':');
        var policy = colon < 0 ? value : value[..colon];
        if (policy is not ("no" or "always" or "unless-stopped" or "on-failure") || (colon >= 0 && policy != "on-failure"))
            throw DriverOptions.Wrong("restart-policy", value, "must be no, always, unless-stopped or on-failure[:N]");
        return this with { RestartPolicy = policy, RestartAttempts = colon < 0 ? 0 : DriverOptions.ReadNumber("restart-policy", value[(colon + 1)..]) };
    }
}
