using System.Collections.Immutable;

namespace Buildx.Bake.Entries;

/// <summary>One output of a target.</summary>
public sealed record OutputEntry(string Type, ImmutableDictionary<string, string> Attributes, string Destination = "")
{
    /// <exception cref="FormatException">Not an output.</exception>
    public static OutputEntry Parse(string text)
    {
        var fields = CsvFields.Split(text);
        if (fields is [var path] && path == text && !text.StartsWith("type=", StringComparison.Ordinal))
            return new OutputEntry(text == "-" ? "tar" : "local", [], text);
        var (type, destination) = ("", "");
        var attributes = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var (name, value) in fields.Select(EntryText.SplitPair))
        {
            var key = name.Trim().ToLowerInvariant();
            if (key == "type")
                type = value;
            else if (key == "dest")
                destination = value;
            else
                attributes[key] = value;
        }
        return type.Length == 0
            ? throw new FormatException($"the output \"{text}\" has no type (want e.g. type=image,push=true or type=local,dest=DIR)")
            : new OutputEntry(type, attributes.ToImmutable(), destination);
    }

    public bool Equals(OutputEntry? other) =>
        other is not null && Type == other.Type && Destination == other.Destination && EntryText.SameAttributes(Attributes, other.Attributes);

    public override int GetHashCode() => HashCode.Combine(Type, Destination, Attributes.Count);

    /// <summary>The form that <c>--output</c> takes.</summary>
    public override string ToString()
    {
        var pairs = new List<KeyValuePair<string, string>> { new("type", Type) };
        if (Destination.Length > 0)
            pairs.Add(new("dest", Destination));
        return EntryText.Join(pairs.Concat(Attributes.InOrder()));
    }
}
