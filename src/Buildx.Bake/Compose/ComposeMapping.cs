namespace Buildx.Bake.Compose;

/// <param name="Entries">In the order of the text.</param>
internal sealed record ComposeMapping(IReadOnlyList<ComposeEntry> Entries, SourceRange Range) : ComposeNode(Range)
{
    public override string Kind => "a mapping";

    public ComposeNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;

    public ComposeMapping With(string key, ComposeNode value) => With(new ComposeEntry(key, value.Range, value));

    public ComposeMapping With(ComposeEntry added)
    {
        var entries = Entries.ToList();
        var index = entries.FindIndex(entry => entry.Key == added.Key);
        if (index < 0)
            entries.Add(added);
        else
            entries[index] = entries[index] with { Value = added.Value };
        return this with { Entries = entries };
    }

    public ComposeMapping Without(string key) => this with { Entries = [.. Entries.Where(entry => entry.Key != key)] };

    public ComposeMapping Only(params string[] keys) => this with { Entries = [.. Entries.Where(entry => keys.Contains(entry.Key))] };

    public ComposeMapping Select(Func<ComposeEntry, ComposeNode> convert) => this with { Entries = [.. Entries.Select(entry => entry with { Value = convert(entry) })] };
}
