using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Buildx.Oci;

namespace Buildx.Bake.Entries;

/// <summary>What the text forms of all entries (outputs, caches, secrets, …) have in common.</summary>
internal static class EntryText
{
    /// <exception cref="FormatException">A field has no <c>=</c>.</exception>
    public static (string Key, string Value) SplitPair(string field)
    {
        var equals = field.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? throw new FormatException($"\"{field}\" is not of the form key=value") : (field[..equals], field[(equals + 1)..]);
    }

    /// <exception cref="FormatException">Not a boolean.</exception>
    public static bool ParseBoolean(string text) =>
        BooleanText.TryParse(text, out var value) ? value : throw new FormatException($"\"{text}\" is not a boolean (want true or false)");

    /// <summary><c>key=value,…</c> with the attributes in order, quoted where it must be.</summary>
    public static string Join(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join(',', pairs.Select(pair => CsvFields.Quote($"{pair.Key}={pair.Value}")));

    public static IEnumerable<KeyValuePair<string, string>> InOrder(this ImmutableDictionary<string, string> attributes) =>
        attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    public static bool SameAttributes(ImmutableDictionary<string, string> left, ImmutableDictionary<string, string> right) =>
        left.Count == right.Count && left.All(pair => right.TryGetValue(pair.Key, out var value) && value == pair.Value);

    [DoesNotReturn]
    public static void Refuse(string message) => throw new FormatException(message);
}
