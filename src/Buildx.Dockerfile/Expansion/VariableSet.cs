using System.Collections.Immutable;

namespace Buildx.Dockerfile;

/// <summary>Names with values, ordered by when they were last set. Immutable.</summary>
public sealed class VariableSet : IVariables
{
    private readonly ImmutableDictionary<string, (string Value, int Order)> _values;
    private readonly int _next;
    private KeyValuePair<string, string>[]? _entries;

    private VariableSet(ImmutableDictionary<string, (string Value, int Order)> values, int next) => (_values, _next) = (values, next);

    public static VariableSet Empty { get; } = new(ImmutableDictionary.Create<string, (string, int)>(StringComparer.Ordinal), 0);

    public IReadOnlyList<KeyValuePair<string, string>> Entries =>
        _entries ??= _values.OrderBy(entry => entry.Value.Order).Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Value)).ToArray();

    public IEnumerable<string> Names => Entries.Select(entry => entry.Key);

    public string? Find(string name) => _values.TryGetValue(name, out var entry) ? entry.Value : null;

    public VariableSet With(string name, string value) => new(_values.SetItem(name, (value, _next)), _next + 1);

    public VariableSet Without(string name) => new(_values.Remove(name), _next);

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string> ToEnvironment() => Entries.Select(entry => $"{entry.Key}={entry.Value}").ToArray();

    /// <param name="environment"><c>NAME=value</c>.</param>
    public static VariableSet FromEnvironment(IEnumerable<string> environment)
    {
        var set = Empty;
        foreach (var entry in environment)
        {
            var equals = entry.IndexOf('=');
            set = equals < 0 ? set.With(entry, "") : set.With(entry[..equals], entry[(equals + 1)..]);
        }
        return set;
    }
}
