namespace Buildx.Differential.Tests.Images;

/// <summary>What a container would see after some of an image's layers: nodes by path, without a leading slash.</summary>
internal sealed class FileTree
{
    private readonly SortedDictionary<string, FileNode> _nodes;

    public FileTree() => _nodes = new(StringComparer.Ordinal);

    private FileTree(FileTree other) => _nodes = new(other._nodes, StringComparer.Ordinal);

    public IReadOnlyDictionary<string, FileNode> Nodes => _nodes;

    /// <summary>The tree after one more layer; this one stays as it is.</summary>
    public FileTree Apply(Layer layer)
    {
        var result = new FileTree(this);
        foreach (var directory in layer.OpaqueDirectories)
            result.RemoveBelow(directory);
        foreach (var path in layer.Removed)
            result.Remove(path);
        foreach (var (path, node) in layer.Nodes)
        {
            var isDirectory = node.Type == System.Formats.Tar.TarEntryType.Directory;
            if (result._nodes.TryGetValue(path, out var before) && !(isDirectory && before.Type == node.Type))
                result.Remove(path);
            result._nodes[path] = node;
        }
        foreach (var (path, target) in layer.HardLinks)
        {
            result.Remove(path);
            result._nodes[path] = result._nodes.GetValueOrDefault(target) ?? throw new InvalidDataException($"{path} is a hard link to {target}, which is not there");
        }
        return result;
    }

    /// <summary>The first of the names that a file has, by path; files with one name are left out.</summary>
    public IReadOnlyDictionary<string, string> HardLinks() => _nodes
        .Where(pair => pair.Value.Type != System.Formats.Tar.TarEntryType.Directory)
        .GroupBy(pair => pair.Value, pair => pair.Key, ReferenceEqualityComparer.Instance)
        .Where(names => names.Count() > 1)
        .SelectMany(names => names.Select(name => (name, names.First())))
        .ToDictionary(pair => pair.name, pair => pair.Item2);

    private void Remove(string path)
    {
        _nodes.Remove(path);
        RemoveBelow(path);
    }

    private void RemoveBelow(string directory)
    {
        foreach (var path in _nodes.Keys.Where(path => path.StartsWith(directory + "/", StringComparison.Ordinal)).ToList())
            _nodes.Remove(path);
    }
}
