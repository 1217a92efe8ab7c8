using Buildx.Bake.Entries;

namespace Buildx.Bake.Targets;

/// <summary>How lists get rid of what is in them twice; the order that comes out is what Buildx prints.</summary>
internal static class Duplicates
{
    /// <summary>Texts: the first stays, empty ones go.</summary>
    public static IReadOnlyList<string>? Remove(IReadOnlyList<string>? texts) => texts is null ? null : [.. texts.Where(text => text.Length > 0).Distinct()];

    /// <summary>Things with a name: the last wins, in the place of the first.</summary>
    public static IReadOnlyList<T>? ByKey<T>(IReadOnlyList<T>? entries, Func<T, string> key)
    {
        if (entries is not { Count: > 0 })
            return null;
        var kept = new List<T>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (places.TryAdd(key(entry), kept.Count))
                kept.Add(entry);
            else
                kept[places[key(entry)]] = entry;
        }
        return kept;
    }

    /// <summary>Outputs and caches: equal ones go, and the last entry takes the place of one that went.</summary>
    public static IReadOnlyList<T>? Equal<T>(IReadOnlyList<T>? entries)
        where T : IEquatable<T>
    {
        if (entries is not { Count: > 0 })
            return null;
        var kept = entries.ToList();
        for (var i = kept.Count - 2; i >= 0; i--)
        {
            for (var j = i + 1; j < kept.Count; j++)
            {
                if (!kept[i].Equals(kept[j]))
                    continue;
                kept[j] = kept[^1];
                kept.RemoveAt(kept.Count - 1);
                break;
            }
        }
        return kept;
    }

    public static IReadOnlyList<AttestationEntry>? Remove(IReadOnlyList<AttestationEntry>? entries) => ByKey(entries, entry => entry.Type);

    public static IReadOnlyList<SecretEntry>? Remove(IReadOnlyList<SecretEntry>? entries) => ByKey(entries, entry => entry.Id);

    public static IReadOnlyList<SshEntry>? Remove(IReadOnlyList<SshEntry>? entries) => ByKey(entries, entry => entry.Id);
}
