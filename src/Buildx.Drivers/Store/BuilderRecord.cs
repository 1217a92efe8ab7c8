using System.Text.Json;
using System.Text.Json.Serialization;
using Buildx.Oci;

namespace Buildx.Drivers.Store;

/// <summary>A builder as it lies in <c>instances/NAME</c>: the same JSON that Buildx writes; fields it doesn't know survive.</summary>
public sealed class BuilderRecord
{
    public string Name { get; set; } = "";

    public string Driver { get; set; } = "";

    public List<NodeRecord>? Nodes { get; set; }

    public bool Dynamic { get; set; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>From <c>activity/NAME</c>; not part of the stored JSON.</summary>
    [JsonIgnore]
    public DateTimeOffset? LastActivity { get; set; }

    /// <summary>Always there without being stored: the builder <c>embedded</c> or a Docker context.</summary>
    [JsonIgnore]
    public bool IsImplicit { get; init; }

    [JsonIgnore]
    public IReadOnlyList<NodeRecord> AllNodes => Nodes ?? [];

    public NodeRecord? FindNode(string name) => Nodes?.Find(node => node.Name == name);

    /// <summary>Removes a node; the last one can't leave.</summary>
    public void Leave(string nodeName)
    {
        if (Dynamic)
            throw new DriverException($"builder \"{Name}\" gets its nodes from its driver: a node can't leave it by hand");
        var node = FindNode(nodeName) ?? throw new DriverException(
            $"builder \"{Name}\" has no node \"{nodeName}\" (it has: {string.Join(", ", AllNodes.Select(n => n.Name))})");
        if (Nodes!.Count == 1)
            throw new DriverException($"\"{nodeName}\" is the last node of \"{Name}\" and can't leave; to remove the builder: buildx rm {Name}");
        Nodes.Remove(node);
    }

    /// <summary>Adds <paramref name="change"/> as a new node, or changes the node it names. What is null in the change stays as it is.</summary>
    /// <returns>Whether an existing node changed in a way that a running engine doesn't notice.</returns>
    public bool Apply(NodeChange change, bool append)
    {
        if (Dynamic)
            throw new DriverException($"builder \"{Name}\" gets its nodes from its driver: they can't be changed by hand");
        Nodes ??= [];
        var existing = change.Name is null ? null : FindNode(change.Name);
        var needsRestart = false;
        if (existing is null)
        {
            if (Nodes.Count > 0 && !append)
                throw new DriverException($"builder \"{Name}\" has no node \"{change.Name}\"; to add one, use --append");
            existing = new NodeRecord { Name = BuilderName.Validate(change.Name ?? NextNodeName()), Platforms = [] };
            Nodes.Add(existing);
        }
        else
        {
            needsRestart = change.Endpoint is not null || change.Flags is not null || change.DriverOptions is not null || change.Files is not null;
        }
        existing.Endpoint = change.Endpoint ?? existing.Endpoint;
        if (change.Platforms.Count > 0)
            existing.Platforms = [.. change.Platforms.Select(StoredPlatform.From)];
        existing.BuildkitdFlags = change.Flags?.ToList() ?? existing.BuildkitdFlags;
        existing.DriverOpts = change.DriverOptions?.ToDictionary() ?? existing.DriverOpts;
        if (change.Files is not null)
        {
            existing.Files ??= [];
            foreach (var (path, content) in change.Files)
                existing.Files[path] = content;
        }
        if (Nodes.Exists(node => node != existing && node.Endpoint == existing.Endpoint))
            throw new DriverException($"another node of \"{Name}\" already uses the endpoint {existing.Endpoint}");
        TakePlatformsFromOthers(existing);
        return needsRestart;
    }

    /// <summary>A platform that was given to one node by hand belongs to that node alone.</summary>
    private void TakePlatformsFromOthers(NodeRecord owner)
    {
        var taken = owner.Platforms?.Select(p => p.ToPlatform().ToString()).ToHashSet() ?? [];
        foreach (var node in Nodes!.Where(node => node != owner))
            node.Platforms?.RemoveAll(p => taken.Contains(p.ToPlatform().ToString()));
    }

    private string NextNodeName()
    {
        for (var i = 0; ; i++)
        {
            if (FindNode($"{Name}{i}") is null)
                return $"{Name}{i}";
        }
    }
}
