using System.Collections.Immutable;

namespace Buildx.Dockerfile;

/// <summary>Names with values, ordered by when they were last set. Immutable.</summary>
public sealed class VariableSet : IVariables
{
    private readonly ImmutableDictionary<string, Variable> _values;
    private readonly int _next;
    private Variable[]? _sorted;

    private VariableSet(ImmutableDictionary<string, Variable> values, int next) => (_values, _next) = (values, next);

    private sealed record Variable(string Name, string Value, int Order)
    {
        public string Entry { get; } = $"{Name}={Value}";
    }

    public static VariableSet Empty { get; } = new(ImmutableDictionary.Create<string, Variable>(StringComparer.Ordinal), 0);

    public IReadOnlyList<KeyValuePair<string, string>> Entries => Array.ConvertAll(Sorted(), entry => KeyValuePair.Create(entry.Name, entry.Value));

    public IEnumerable<string> Names => Sorted().Select(entry => entry.Name);

    public string? Find(string name) => _values.TryGetValue(name, out var entry) ? entry.Value : null;

    public VariableSet With(string name, string value) => new(_values.SetItem(name, new Variable(name, value, _next)), _next + 1);

    public VariableSet Without(string name) => new(_values.Remove(name), _next);

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string> ToEnvironment() => Array.ConvertAll(Sorted(), entry => entry.Entry);

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

    private Variable[] Sorted()
    {
        if (_sorted is not null)
            return _sorted;
        var sorted = _values.Values.ToArray();
        Array.Sort(sorted, (left, right) => left.Order.CompareTo(right.Order));
        return _sorted = sorted;
    }
}
