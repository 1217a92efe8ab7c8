using System.Globalization;
using Buildx.Bake.Entries;
using Buildx.Oci;

namespace Buildx.Bake.Compose;

/// <summary>Reads the keys of a mapping with the types they must have; what is wrong is collected.</summary>
internal sealed class ComposeFields(ComposeMapping mapping, string what, DiagnosticBag diagnostics)
{
    public ComposeMapping Mapping { get; } = mapping;

    /// <summary>Keys that start with <c>x-</c> are anybody's.</summary>
    public void CheckKeys(IReadOnlyList<string> known)
    {
        foreach (var entry in Mapping.Entries.Where(entry => !known.Contains(entry.Key) && !entry.Key.StartsWith("x-", StringComparison.Ordinal)))
            diagnostics.Error(entry.KeyRange, $"{what} has no key {entry.Key}", Suggestion.Find(entry.Key, known) is { } near ? $"did you mean {near}?" : null);
    }

    public string? Text(string key) => Mapping[key] switch
    {
        null => null,
        ComposeScalar { Value: string text } => text,
        var other => Wrong<string>(other, key, "a string"),
    };

    public bool? Flag(string key)
    {
        switch (Mapping[key])
        {
            case null:
                return null;
            case ComposeScalar { Value: bool flag }:
                return flag;
            case ComposeScalar { Value: string text } when BooleanText.TryParse(text, out var parsed):
                return parsed;
            case var other:
                Wrong<string>(other, key, "true or false");
                return null;
        }
    }

    public IReadOnlyList<ComposeScalar> Texts(string key)
    {
        if (Mapping[key] is not { } node)
            return [];
        if (node is not ComposeSequence sequence)
            return Wrong<IReadOnlyList<ComposeScalar>>(node, key, "a list of strings") ?? [];
        return [.. sequence.Items.Select(item => item is ComposeScalar { Value: string } text ? text : Wrong<ComposeScalar>(item, key, "a list of strings")).OfType<ComposeScalar>()];
    }

    /// <summary>A mapping, or a list of <c>KEY=VALUE</c>; a key without a value has null.</summary>
    public IReadOnlyDictionary<string, string?> Pairs(string key)
    {
        var pairs = new Dictionary<string, string?>(StringComparer.Ordinal);
        switch (Mapping[key])
        {
            case null:
                break;
            case ComposeMapping values:
                foreach (var entry in values.Entries)
                {
                    if (entry.Value is ComposeScalar scalar)
                        pairs[entry.Key] = scalar.IsNull ? null : scalar.Text;
                    else
                        Wrong<string>(entry.Value, $"{key}.{entry.Key}", "a string");
                }
                break;
            case ComposeSequence:
                foreach (var item in Texts(key))
                {
                    var equals = item.Text.IndexOf('=', StringComparison.Ordinal);
                    pairs[equals < 0 ? item.Text : item.Text[..equals]] = equals < 0 ? null : item.Text[(equals + 1)..];
                }
                break;
            case var other:
                Wrong<string>(other, key, "a mapping or a list of strings");
                break;
        }
        return pairs;
    }

    /// <summary>A number of bytes, or a size such as <c>128m</c>.</summary>
    public long? Size(string key)
    {
        switch (Mapping[key])
        {
            case null:
                return null;
            case ComposeScalar { Value: long bytes }:
                return bytes;
            case ComposeScalar { Value: string text } when ByteSizes.TryParse(text, out var bytes):
                return bytes;
            case var other:
                Wrong<string>(other, key, "a size, such as 128m");
                return null;
        }
    }

    public long? Whole(string key) => Mapping[key] switch
    {
        null => null,
        ComposeScalar { Value: long number } => number,
        ComposeScalar { Value: string text } when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        var other => Wrong<string>(other, key, "a whole number") is null ? null : null,
    };

    public T? Wrong<T>(ComposeNode node, string key, string wanted)
        where T : class
    {
        diagnostics.Error(node.Range, $"{key} of {what} is {wanted}, not {node.Kind}");
        return null;
    }
}
