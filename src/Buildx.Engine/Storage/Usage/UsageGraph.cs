using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>
/// Who uses how much, at one moment. Each layer is counted once, for the oldest record that has it: that's the one that made it.
/// </summary>
internal sealed class UsageGraph
{
    private UsageGraph(List<UsageNode> nodes) => Nodes = nodes;

    public List<UsageNode> Nodes { get; }

    public static UsageGraph Build(LayerTable layers, RecordStore records, MutableDirectories directories, ImageTable images)
    {
        var nodes = new List<UsageNode>();
        lock (layers.Lock)
        {
            var owners = new Dictionary<LayerId, UsageNode>();
            foreach (var stored in records.ListUnpruned())
                AddRecord(stored, layers, owners, nodes);
            foreach (var layer in layers.All)
            {
                if (!owners.ContainsKey(layer.Id))
                    AddUnowned(layer, layers, nodes);
            }
        }
        foreach (var state in directories.List())
        {
            nodes.Add(new UsageNode(new UsageRecord(
                $"directory-{state.Number}", [], directories.GetSize(state), Mutable: true, state.Holders > 0, Shared: false, state.Type,
                state.Description, state.CreatedAt, state.LastUsedAt, state.UsageCount))
            {
                Directory = state,
            });
        }
        foreach (var image in images.List())
        {
            nodes.Add(new UsageNode(new UsageRecord(
                "image-" + Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(image.Name)).Hex[..24], [], image.OwnSize, Mutable: false, InUse: false, Shared: false,
                RecordType.Regular, "image " + image.Name, image.CreatedAt, image.LastUsedAt, 1))
            {
                Image = image.Name,
            });
        }
        return new UsageGraph(nodes);
    }

    private static void AddRecord(StoredRecord stored, LayerTable layers, Dictionary<LayerId, UsageNode> owners, List<UsageNode> nodes)
    {
        var record = stored.Record;
        var node = new UsageNode(new UsageRecord(
            record.Id.Hex, [], 0, Mutable: false, InUse: false, Shared: false, record.Type, record.Description, record.CreatedAt,
            stored.LastUsedAt, stored.UsageCount))
        {
            Record = stored,
        };
        var parents = new List<string>();
        var size = 0L;
        var inUse = false;
        foreach (var output in record.Outputs)
        {
            UsageNode? nearest = null;
            foreach (var id in output?.Layers ?? [])
            {
                if (owners.TryGetValue(id, out var owner))
                {
                    if (owner != node)
                    {
                        node.Bases.Add(owner);
                        nearest = owner;
                    }
                    continue;
                }
                if (layers.Find(id) is not { } layer)
                    continue;
                owners[id] = node;
                node.Layers.Add(layer);
                size += layers.GetTotalSize(layer);
                inUse |= layer.Holders > 0;
                if (layer.Continues is { } continued && owners.TryGetValue(continued.Id, out var before) && before != node)
                    node.Bases.Add(before);
            }
            if (nearest is not null && !parents.Contains(nearest.Usage.Id))
                parents.Add(nearest.Usage.Id);
        }
        if (node.Layers.Count == 0)
        {
            foreach (var owner in node.Bases)
                owner.Followers.Add(stored);
            return;
        }
        foreach (var owner in node.Bases)
            owner.Dependents.Add(node);
        node.Usage = node.Usage with { Size = size, InUse = inUse, Parents = parents };
        nodes.Add(node);
    }

    private static void AddUnowned(Layer layer, LayerTable layers, List<UsageNode> nodes)
    {
        var node = new UsageNode(new UsageRecord(
            $"layer-{layer.Id}", [], layers.GetTotalSize(layer), Mutable: false, layer.Holders > 0, Shared: false, RecordType.Regular,
            layer.DiffId is { } diffId ? $"layer {diffId.Value}" : "layer of an unfinished build", layer.CreatedAt, layer.LastUsedAt,
            layer.UsageCount));
        node.Layers.Add(layer);
        nodes.Add(node);
    }
}
