using System.Text.RegularExpressions;

namespace Buildx.Drivers.Kubernetes;

/// <summary>The <c>--driver-opt</c>s of the driver <c>kubernetes</c>.</summary>
internal sealed partial record KubernetesOptions
{
    private const string Known =
        "image, namespace, replicas, requests.cpu, requests.memory, requests.ephemeral-storage, limits.cpu, limits.memory, limits.ephemeral-storage, " +
        "persistent-volume-claim.requests.storage, buildkit-root-volume-memory, nodeselector, annotations, labels, tolerations, serviceaccount, schedulername, " +
        "rootless, loadbalance, qemu.install, qemu.image, timeout, default-load, env.NAME";

    public const string DefaultImage = "moby/buildkit:buildx-stable-1";
    public const string DefaultRootlessImage = DefaultImage + "-rootless";
    public const string DefaultQemuImage = "tonistiigi/binfmt:latest";

    /// <summary>Pods carry their builder's name under this label; it can't be another.</summary>
    public const string AppLabel = "app";

    /// <summary>The platforms that a node was given by hand.</summary>
    public const string PlatformAnnotation = "buildx.docker.com/platform";

    /// <summary>Null for the default one.</summary>
    public string? ChosenImage { get; private init; }

    public string Image => ChosenImage ?? (IsRootless ? DefaultRootlessImage : DefaultImage);

    /// <summary>Null for the one of the cluster's configuration.</summary>
    public string? Namespace { get; private init; }

    public int Replicas { get; private init; } = 1;

    /// <summary>By the resource's name (<c>cpu</c>, <c>memory</c>, <c>ephemeral-storage</c>).</summary>
    public IReadOnlyDictionary<string, string> Requests { get; private init; } = new SortedDictionary<string, string>();

    /// <inheritdoc cref="Requests"/>
    public IReadOnlyDictionary<string, string> Limits { get; private init; } = new SortedDictionary<string, string>();

    /// <summary>The size of the volume that each pod keeps its cache in; null for no such volume.</summary>
    public string? PersistentStorage { get; private init; }

    /// <summary>The size of a volume in memory for the cache; null for no such volume.</summary>
    public string? RootVolumeMemory { get; private init; }

    public IReadOnlyDictionary<string, string> NodeSelector { get; private init; } = new SortedDictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; private init; } = new SortedDictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; private init; } = new SortedDictionary<string, string>();

    public IReadOnlyList<Toleration> Tolerations { get; private init; } = [];

    public string? ServiceAccount { get; private init; }

    public string? SchedulerName { get; private init; }

    public bool IsRootless { get; private init; }

    /// <summary>A build goes to any pod, not to the one that has built the same directory before.</summary>
    public bool BalancesRandomly { get; private init; }

    public bool InstallsQemu { get; private init; }

    public string QemuImage { get; private init; } = DefaultQemuImage;

    /// <summary>How long pods may take to become ready.</summary>
    public TimeSpan Timeout { get; private init; } = TimeSpan.FromMinutes(2);

    public bool LoadsByDefault { get; private init; }

    public IReadOnlyDictionary<string, string> Environment { get; private init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <exception cref="DriverException">An unknown option, a bad value, or options that exclude each other.</exception>
    public static KubernetesOptions Parse(IReadOnlyDictionary<string, string>? options)
    {
        var result = new KubernetesOptions();
        foreach (var (name, value) in options ?? new Dictionary<string, string>())
            result = result.With(name, value);
        return result.PersistentStorage is not null && result.RootVolumeMemory is not null
            ? throw new DriverException("--driver-opt: the cache lies either in memory (buildkit-root-volume-memory) or in a persistent volume (persistent-volume-claim.requests.storage): leave one of them out")
            : result;
    }

    private KubernetesOptions With(string name, string value)
    {
        switch (name)
        {
            case "image":
                return this with { ChosenImage = value.Length > 0 ? value : null };
            case "namespace":
                return this with { Namespace = ReadName(name, value) };
            case "replicas":
                return this with { Replicas = DriverOptions.ReadNumber(name, value) is >= 1 and <= int.MaxValue and var number ? (int)number : throw DriverOptions.Wrong(name, value, "must be at least 1") };
            case "requests.cpu" or "requests.memory" or "requests.ephemeral-storage":
                return this with { Requests = With(Requests, name["requests.".Length..], ReadQuantity(name, value)) };
            case "limits.cpu" or "limits.memory" or "limits.ephemeral-storage":
                return this with { Limits = With(Limits, name["limits.".Length..], ReadQuantity(name, value)) };
            case "persistent-volume-claim.requests.storage":
                return this with { PersistentStorage = value.Length > 0 ? ReadQuantity(name, value) : null };
            case "buildkit-root-volume-memory":
                return this with { RootVolumeMemory = value.Length > 0 ? ReadQuantity(name, value) : null };
            case "nodeselector":
                return this with { NodeSelector = ReadPairs(name, value) };
            case "annotations":
                return this with { Annotations = ReadPairs(name, value, PlatformAnnotation) };
            case "labels":
                return this with { Labels = ReadPairs(name, value, AppLabel) };
            case "tolerations":
                return this with { Tolerations = Toleration.ParseList(name, value) };
            case "serviceaccount":
                return this with { ServiceAccount = ReadName(name, value) };
            case "schedulername":
                return this with { SchedulerName = ReadName(name, value) };
            case "rootless":
                return this with { IsRootless = DriverOptions.ReadBoolean(name, value) };
            case "loadbalance":
                return this with { BalancesRandomly = value is "sticky" or "random" ? value == "random" : throw DriverOptions.Wrong(name, value, "must be sticky or random") };
            case "qemu.install":
                return this with { InstallsQemu = DriverOptions.ReadBoolean(name, value) };
            case "qemu.image":
                return this with { QemuImage = value.Length > 0 ? value : DefaultQemuImage };
            case "timeout":
                return this with { Timeout = DriverOptions.ReadDuration(name, value) };
            case "default-load":
                return this with { LoadsByDefault = DriverOptions.ReadBoolean(name, value) };
            case var _ when name.StartsWith("env.", StringComparison.Ordinal) && name.Length > 4:
                return this with { Environment = With(Environment, name[4..], value) };
            default:
                throw DriverOptions.Unknown(KubernetesDriver.DriverName, name, Known);
        }
    }

    private static SortedDictionary<string, string> With(IReadOnlyDictionary<string, string> pairs, string name, string value) =>
        new(pairs.ToDictionary(), StringComparer.Ordinal) { [name] = value };

    /// <summary>As Kubernetes writes amounts: <c>500m</c>, <c>2</c>, <c>4Gi</c>.</summary>
    private static string ReadQuantity(string name, string value) =>
        Quantity().IsMatch(value) ? value : throw DriverOptions.Wrong(name, value, "must be an amount as Kubernetes writes them, e.g. 500m, 2 or 4Gi");

    private static string ReadName(string name, string value) =>
        ObjectName().IsMatch(value) && value.Length <= 253 ? value : throw DriverOptions.Wrong(name, value, "must be the name of an object in Kubernetes: small letters, digits, - and .");

    /// <summary><c>KEY=VALUE,…</c>, within quotes or not.</summary>
    private static SortedDictionary<string, string> ReadPairs(string name, string value, string? reserved = null)
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in value.Trim('"').Split(','))
        {
            var parts = pair.Split('=');
            if (parts is not [{ Length: > 0 } key, var text])
                throw DriverOptions.Wrong(name, value, $"must be KEY=VALUE,…, and \"{pair}\" is not (a comma in --driver-opt needs quotes: --driver-opt '\"{name}=a=1,b=2\"')");
            pairs[key] = key != reserved ? text : throw DriverOptions.Wrong(name, value, $"must not have {key}: the driver sets it");
        }
        return pairs;
    }

    [GeneratedRegex(@"\A\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?\z")]
    private static partial Regex Quantity();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9.]*[a-z0-9])?\z")]
    private static partial Regex ObjectName();
}
