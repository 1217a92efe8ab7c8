namespace Buildx.Dockerfile;

/// <summary>The arguments of a stage in the order they were declared first, each with its last value.</summary>
internal sealed class StageArguments
{
    private readonly List<(string Name, string? Value)> _entries = [];
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    public IReadOnlyList<(string Name, string? Value)> Entries => _entries;

    public bool Contains(string name) => _positions.ContainsKey(name);

    public void Set(string name, string? value)
    {
        if (_positions.TryGetValue(name, out var position))
        {
            _entries[position] = (name, value);
            return;
        }
        _positions.Add(name, _entries.Count);
        _entries.Add((name, value));
    }

    public void SetAll(StageArguments others)
    {
        foreach (var (name, value) in others._entries)
            Set(name, value);
    }
}
