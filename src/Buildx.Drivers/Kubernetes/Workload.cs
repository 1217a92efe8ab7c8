using System.Text;
using System.Text.Json.Nodes;
using Buildx.Drivers.Configuration;
using Buildx.Drivers.Store;

namespace Buildx.Drivers.Kubernetes;

/// <summary>
/// What a node is in the cluster: a Deployment, or a StatefulSet where pods keep their caches, and ConfigMaps with the daemon's
/// configuration. Names, labels and annotations are Buildx's: a builder that one program made is the other's too.
/// </summary>
internal sealed class Workload
{
    public const string ContainerName = "buildkitd";

    private const string ConfigurationDirectory = "/etc/buildkit";
    private const string StateDirectory = "/var/lib/buildkit";
    private const string RootlessStateDirectory = "/home/user/.local/share/buildkit";
    private const string StateVolume = "buildkitd";
    private const string MemoryVolume = "buildkit-memory";

    private readonly NodeRecord _node;
    private readonly KubernetesOptions _options;
    private readonly List<(string Directory, string Volume, IReadOnlyList<(string Name, byte[] Content)> Files)> _configuration;

    /// <param name="space">The namespace.</param>
    public Workload(NodeRecord node, KubernetesOptions options, string space)
    {
        (_node, _options, Namespace) = (node, options, space);
        Name = KubernetesEndpoint.WorkloadName(node.Name);
        Labels = new SortedDictionary<string, string>(options.Labels.ToDictionary(), StringComparer.Ordinal) { [KubernetesOptions.AppLabel] = Name };
        _configuration = SplitConfiguration(node.Files ?? []);
    }

    public string Name { get; }

    public string Namespace { get; }

    public bool IsStatefulSet => _options.PersistentStorage is not null;

    public string Kind => IsStatefulSet ? "StatefulSet" : "Deployment";

    /// <summary>Where such objects are.</summary>
    public string Collection => $"/apis/apps/v1/namespaces/{Namespace}/{(IsStatefulSet ? "statefulsets" : "deployments")}";

    /// <summary>All pods have these, and no others.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; }

    public IEnumerable<string> ConfigMapNames => _configuration.Select(part => $"{Name}-{part.Volume}");

    /// <summary>The volumes that the pods of a StatefulSet keep their caches in.</summary>
    public IEnumerable<string> VolumeClaimNames => IsStatefulSet ? Enumerable.Range(0, _options.Replicas).Select(number => $"{StateVolume}-{Name}-{number}") : [];

    public IEnumerable<JsonObject> ToConfigMaps() => _configuration.Select(part => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = Metadata($"{Name}-{part.Volume}", withLabels: false),
        ["data"] = new JsonObject(part.Files.Select(file => KeyValuePair.Create(file.Name, (JsonNode?)Encoding.UTF8.GetString(file.Content)))),
    });

    public JsonObject ToJson()
    {
        var specification = new JsonObject
        {
            ["replicas"] = _options.Replicas,
            ["selector"] = new JsonObject { ["matchLabels"] = Map(Labels) },
            ["template"] = new JsonObject { ["metadata"] = PodMetadata(), ["spec"] = Pod() },
        };
        if (IsStatefulSet)
        {
            specification["serviceName"] = ContainerName;
            specification["podManagementPolicy"] = "Parallel";
            specification["volumeClaimTemplates"] = new JsonArray(new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = StateVolume },
                ["spec"] = new JsonObject
                {
                    ["accessModes"] = new JsonArray("ReadWriteOnce"),
                    ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = _options.PersistentStorage } },
                },
            });
        }
        return new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = Kind, ["metadata"] = Metadata(Name, withLabels: true), ["spec"] = specification };
    }

    private JsonObject Metadata(string name, bool withLabels)
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = Namespace };
        if (withLabels)
            metadata["labels"] = Map(Labels);
        if (Annotations() is { Count: > 0 } annotations)
            metadata["annotations"] = annotations;
        return metadata;
    }

    private JsonObject PodMetadata()
    {
        var annotations = Annotations();
        if (_options.IsRootless)
            annotations[$"container.apparmor.security.beta.kubernetes.io/{ContainerName}"] = "unconfined";
        var metadata = new JsonObject { ["labels"] = Map(Labels) };
        if (annotations.Count > 0)
            metadata["annotations"] = annotations;
        return metadata;
    }

    private JsonObject Annotations()
    {
        var annotations = Map(_options.Annotations);
        if (_node.Platforms is { Count: > 0 } platforms)
            annotations[KubernetesOptions.PlatformAnnotation] = string.Join(',', platforms.Select(platform => platform.ToPlatform().ToString()));
        return annotations;
    }

    private JsonObject Pod()
    {
        var pod = new JsonObject { ["containers"] = new JsonArray(Container()) };
        if (_options.InstallsQemu)
        {
            pod["initContainers"] = new JsonArray(new JsonObject
            {
                ["name"] = "qemu",
                ["image"] = _options.QemuImage,
                ["args"] = new JsonArray("--install", "all"),
                ["securityContext"] = new JsonObject { ["privileged"] = true },
            });
        }
        var volumes = new JsonArray([.. _configuration.Select(part => new JsonObject
        {
            ["name"] = part.Volume,
            ["configMap"] = new JsonObject { ["name"] = $"{Name}-{part.Volume}" },
        })]);
        if (StateMount() is (var volume, _) && !IsStatefulSet)
            volumes.Add((JsonNode)new JsonObject { ["name"] = volume, ["emptyDir"] = _options.RootVolumeMemory is { } size ? new JsonObject { ["medium"] = "Memory", ["sizeLimit"] = size } : [] });
        if (volumes.Count > 0)
            pod["volumes"] = volumes;
        if (_options.NodeSelector.Count > 0)
            pod["nodeSelector"] = Map(_options.NodeSelector);
        if (_options.Tolerations.Count > 0)
            pod["tolerations"] = new JsonArray([.. _options.Tolerations.Select(toleration => toleration.ToJson())]);
        if (_options.ServiceAccount is not null)
            pod["serviceAccountName"] = _options.ServiceAccount;
        if (_options.SchedulerName is not null)
            pod["schedulerName"] = _options.SchedulerName;
        return pod;
    }

    private JsonObject Container()
    {
        var container = new JsonObject
        {
            ["name"] = ContainerName,
            ["image"] = _options.Image,
            ["securityContext"] = _options.IsRootless
                ? new JsonObject { ["seccompProfile"] = new JsonObject { ["type"] = "Unconfined" } }
                : new JsonObject { ["privileged"] = true },
            ["readinessProbe"] = Probe(),
            ["livenessProbe"] = Probe(),
        };
        if (Arguments().ToArray() is { Length: > 0 } arguments)
            container["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]);
        if (_options.Environment.Count > 0)
            container["env"] = new JsonArray([.. _options.Environment.Select(variable => new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value })]);
        var resources = new JsonObject();
        if (_options.Requests.Count > 0)
            resources["requests"] = Map(_options.Requests);
        if (_options.Limits.Count > 0)
            resources["limits"] = Map(_options.Limits);
        if (resources.Count > 0)
            container["resources"] = resources;
        var mounts = new JsonArray([.. _configuration.Select(part => Mount(part.Volume, Path.Combine(ConfigurationDirectory, part.Directory)))]);
        if (StateMount() is var (volume, path))
            mounts.Add((JsonNode)Mount(volume, path));
        if (mounts.Count > 0)
            container["volumeMounts"] = mounts;
        return container;
    }

    /// <summary>
    /// The volume for the cache; null for the container's own file system, or the image's volume. A daemon without root always gets one:
    /// some nodes mount the image's own without setuid, which it needs there.
    /// </summary>
    private (string Volume, string Path)? StateMount() =>
        _options.IsRootless ? (StateVolume, RootlessStateDirectory)
        : IsStatefulSet ? (StateVolume, StateDirectory)
        : _options.RootVolumeMemory is not null ? (MemoryVolume, StateDirectory)
        : null;

    private IEnumerable<string> Arguments()
    {
        foreach (var flag in _node.BuildkitdFlags ?? [])
            yield return flag;
        if (!_options.IsRootless)
            yield break;
        yield return "--oci-worker-no-process-sandbox";
        // Without root the daemon looks for its configuration in the user's home.
        if (_node.Files?.ContainsKey(BuildkitdConfigFiles.MainFile) == true)
            yield return $"--config={ConfigurationDirectory}/{BuildkitdConfigFiles.MainFile}";
    }

    private static JsonObject Mount(string volume, string path) => new() { ["name"] = volume, ["mountPath"] = path };

    private static JsonObject Probe() => new()
    {
        ["exec"] = new JsonObject { ["command"] = new JsonArray("buildctl", "debug", "workers") },
        ["initialDelaySeconds"] = 5,
        ["periodSeconds"] = 30,
        ["timeoutSeconds"] = 60,
        ["successThreshold"] = 1,
        ["failureThreshold"] = 3,
    };

    private static JsonObject Map(IReadOnlyDictionary<string, string> pairs) => new(pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    /// <summary>A ConfigMap is one directory: <c>config</c> for the first, <c>config-N</c> for those below it.</summary>
    private static List<(string Directory, string Volume, IReadOnlyList<(string Name, byte[] Content)> Files)> SplitConfiguration(Dictionary<string, byte[]> files)
    {
        var parts = new List<(string Directory, string Volume, IReadOnlyList<(string Name, byte[] Content)> Files)>();
        foreach (var part in files.GroupBy(file => Path.GetDirectoryName(file.Key) ?? "").OrderBy(part => part.Key, StringComparer.Ordinal))
        {
            if (part.Key.Split('/').Contains(".."))
                throw new DriverException($"the builder's stored configuration has a file in \"{part.Key}\", which lies outside its directory");
            parts.Add((part.Key, part.Key.Length == 0 ? "config" : $"config-{parts.Count(known => known.Directory.Length > 0) + 1}",
                [.. part.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => (Path.GetFileName(file.Key), file.Value))]));
        }
        return parts;
    }
}
