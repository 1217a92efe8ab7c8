using System.Collections.Immutable;

namespace Buildx.Bake.Entries;

/// <summary>One place that cache comes from or goes to.</summary>
public sealed record CacheEntry(string Type, ImmutableDictionary<string, string> Attributes)
{
    /// <summary>A text without <c>=</c> is a list of image names.</summary>
    /// <exception cref="FormatException">Not a cache.</exception>
    public static IReadOnlyList<CacheEntry> ParseList(string text) => text switch
    {
        "" => [],
        _ when !text.Contains('=') => [.. CsvFields.Split(text).Select(ForImage)],
        _ => [Parse(text)],
    };

    /// <exception cref="FormatException">Not a cache.</exception>
    public static CacheEntry Parse(string text)
    {
        var fields = CsvFields.Split(text);
        if (fields is [var reference] && !reference.Contains('='))
            return ForImage(reference);
        var type = "";
        var attributes = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var (name, value) in fields.Select(EntryText.SplitPair))
        {
            var key = name.ToLowerInvariant();
            if (key == "type")
                type = value;
            else
                attributes[key] = value;
        }
        return type.Length == 0
            ? throw new FormatException($"the cache \"{text}\" has no type (want e.g. type=registry,ref=IMAGE)")
            : new CacheEntry(type, attributes.ToImmutable());
    }

    public bool Equals(CacheEntry? other) => other is not null && Type == other.Type && EntryText.SameAttributes(Attributes, other.Attributes);

    public override int GetHashCode() => HashCode.Combine(Type, Attributes.Count);

    public override string ToString() => Type == "registry" && Attributes.Count == 1 && Attributes.TryGetValue("ref", out var reference)
        ? reference
        : EntryText.Join(Attributes.InOrder().Prepend(new("type", Type)));

    private static CacheEntry ForImage(string reference) => new("registry", ImmutableDictionary<string, string>.Empty.Add("ref", reference));
}
