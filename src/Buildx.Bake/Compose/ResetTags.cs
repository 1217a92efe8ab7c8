namespace Buildx.Bake.Compose;

/// <summary>The tags <c>!reset</c> and <c>!override</c>: what they name goes from what lies below.</summary>
internal static class ResetTags
{
    /// <summary><paramref name="below"/> without what <paramref name="over"/> resets or overrides.</summary>
    public static ComposeMapping Apply(ComposeMapping below, ComposeMapping over)
    {
        var entries = new List<ComposeEntry>();
        foreach (var entry in below.Entries)
        {
            var change = over[entry.Key];
            if (change is { Tag: not ComposeTag.None })
                continue;
            entries.Add((entry.Value, change) is (ComposeMapping left, ComposeMapping right) ? entry with { Value = Apply(left, right) } : entry);
        }
        return below with { Entries = entries };
    }

    /// <summary>A tree without what it resets.</summary>
    public static ComposeNode Strip(ComposeNode node) => node switch
    {
        ComposeMapping mapping => mapping with
        {
            Entries = [.. mapping.Entries.Where(entry => entry.Value.Tag != ComposeTag.Reset).Select(entry => entry with { Value = Strip(entry.Value) })],
        },
        ComposeSequence sequence => sequence with { Items = [.. sequence.Items.Where(item => item.Tag != ComposeTag.Reset).Select(Strip)] },
        _ => node,
    };
}
