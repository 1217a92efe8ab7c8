namespace Buildx.Dockerfile;

/// <param name="Legacy">Written <c>name value</c>.</param>
public sealed record KeyValue(string Key, string Value, bool Legacy = false)
{
    /// <summary>With the variables of keys and values replaced; the list itself where there are none.</summary>
    internal static IReadOnlyList<KeyValue> Expand(IReadOnlyList<KeyValue> pairs, Func<string, string> expand)
    {
        KeyValue[]? expanded = null;
        for (var i = 0; i < pairs.Count; i++)
        {
            var (key, value) = (expand(pairs[i].Key), expand(pairs[i].Value));
            if (key != pairs[i].Key || value != pairs[i].Value)
                (expanded ??= [.. pairs])[i] = pairs[i] with { Key = key, Value = value };
        }
        return expanded ?? pairs;
    }
}
