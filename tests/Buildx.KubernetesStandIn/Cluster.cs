using System.Text.Json.Nodes;

namespace Buildx.KubernetesStandIn;

/// <summary>The objects, and what controllers make of them: a workload has as many pods as it says.</summary>
internal sealed class Cluster(string directory, string executable) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Namespace, string Collection, string Name), JsonObject> _objects = [];
    private readonly List<StandInPod> _pods = [];

    public JsonObject? Find(string collection, string name)
    {
        lock (_lock)
            return _objects.FirstOrDefault(entry => entry.Key.Collection == collection && entry.Key.Name == name).Value;
    }

    public IReadOnlyList<string> Names(string collection)
    {
        lock (_lock)
            return collection == "pods" ? [.. _pods.Select(pod => pod.Name).Order()] : [.. _objects.Keys.Where(key => key.Collection == collection).Select(key => key.Name).Order()];
    }

    public StandInPod? FindPod(string name)
    {
        lock (_lock)
            return _pods.Find(pod => pod.Name == name);
    }

    public JsonNode Get(ObjectAddress address)
    {
        lock (_lock)
        {
            var value = (address.Collection == "pods" ? _pods.Find(pod => pod.Name == address.Name)?.ToJson() : _objects.GetValueOrDefault((address.Namespace, address.Collection, address.Name!))?.DeepClone())
                ?? throw RefusedException.NotFound(address.Collection, address.Name!);
            if (address.Collection is "deployments" or "statefulsets")
            {
                var pods = _pods.FindAll(pod => pod.Owner == address.Name);
                value["status"] = new JsonObject { ["replicas"] = pods.Count, ["readyReplicas"] = pods.Count(pod => pod.IsReady) is > 0 and var ready ? ready : null };
            }
            return value;
        }
    }

    public JsonNode List(ObjectAddress address, string? labels, string? fields)
    {
        lock (_lock)
        {
            var items = address.Collection switch
            {
                "pods" => _pods.FindAll(pod => pod.Namespace == address.Namespace).ConvertAll(pod => pod.ToJson()),
                "events" => _pods.SelectMany(pod => pod.Events()).ToList(),
                _ => [.. _objects.Where(entry => entry.Key.Namespace == address.Namespace && entry.Key.Collection == address.Collection).Select(entry => (JsonObject)entry.Value.DeepClone())],
            };
            foreach (var term in labels?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [])
                items.RemoveAll(item => (string?)item["metadata"]?["labels"]?[term[..term.IndexOf('=', StringComparison.Ordinal)]] != term[(term.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            if (fields is not null)
            {
                const string Known = "involvedObject.name=";
                if (!fields.StartsWith(Known, StringComparison.Ordinal))
                    throw new RefusedException(400, "BadRequest", $"field selector \"{fields}\" is not supported");
                items.RemoveAll(item => (string?)item["involvedObject"]?["name"] != fields[Known.Length..]);
            }
            return new JsonObject { ["kind"] = "List", ["apiVersion"] = address.Group, ["items"] = new JsonArray([.. items]) };
        }
    }

    public JsonNode Create(ObjectAddress address, JsonObject value)
    {
        var name = (string)value["metadata"]!["name"]!;
        lock (_lock)
        {
            if (!_objects.TryAdd((address.Namespace, address.Collection, name), value))
                throw new RefusedException(409, "AlreadyExists", $"{address.Collection} \"{name}\" already exists");
            if (address.Collection is not ("deployments" or "statefulsets"))
                return value.DeepClone();
            for (var number = 0; number < ((int?)value["spec"]!["replicas"] ?? 1); number++)
                AddPod(address, value, number);
            return value.DeepClone();
        }
    }

    public JsonNode Replace(ObjectAddress address, JsonObject value)
    {
        lock (_lock)
        {
            if (!_objects.ContainsKey((address.Namespace, address.Collection, address.Name!)))
                throw RefusedException.NotFound(address.Collection, address.Name!);
            _objects[(address.Namespace, address.Collection, address.Name!)] = value;
            return value.DeepClone();
        }
    }

    public async Task DeleteAsync(ObjectAddress address)
    {
        List<StandInPod> ending;
        lock (_lock)
        {
            if (!_objects.Remove((address.Namespace, address.Collection, address.Name!)))
                throw RefusedException.NotFound(address.Collection, address.Name!);
            ending = address.Collection is "deployments" or "statefulsets" ? _pods.FindAll(pod => pod.Owner == address.Name) : [];
            _pods.RemoveAll(ending.Contains);
        }
        foreach (var pod in ending)
            await pod.DisposeAsync();
    }

    public async Task EvictAsync(string name)
    {
        StandInPod pod;
        lock (_lock)
        {
            pod = _pods.Single(candidate => candidate.Name == name);
            _pods.Remove(pod);
            AddPod(pod.Address, _objects[(pod.Namespace, pod.Address.Collection, pod.Owner)], pod.Number);
        }
        await pod.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        List<StandInPod> ending;
        lock (_lock)
            ending = [.. _pods];
        foreach (var pod in ending)
            await pod.DisposeAsync();
    }

    private void AddPod(ObjectAddress address, JsonObject workload, int number)
    {
        var owner = (string)workload["metadata"]!["name"]!;
        foreach (var claim in (workload["spec"]!["volumeClaimTemplates"] as JsonArray ?? []).OfType<JsonObject>())
            _objects.TryAdd((address.Namespace, "persistentvolumeclaims", $"{claim["metadata"]!["name"]}-{owner}-{number}"), (JsonObject)claim.DeepClone());
        var name = address.Collection == "statefulsets" ? $"{owner}-{number}" : $"{owner}-{Guid.NewGuid().ToString("N")[..9]}";
        var maps = _objects.Where(entry => entry.Key.Namespace == address.Namespace && entry.Key.Collection == "configmaps").ToDictionary(entry => entry.Key.Name, entry => entry.Value);
        _pods.Add(StandInPod.Start(address, owner, name, number, (JsonObject)workload["spec"]!["template"]!.DeepClone(), maps, Path.Combine(directory, name), executable));
    }
}
