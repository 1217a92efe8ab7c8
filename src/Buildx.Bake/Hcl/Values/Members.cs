using System.Collections;

namespace Buildx.Bake.Hcl.Values;

/// <summary>Immutable pairs of name and item, in the order of the names.</summary>
public abstract class Members<T> : IReadOnlyList<KeyValuePair<string, T>>
{
    private readonly KeyValuePair<string, T>[] _pairs;

    private protected Members(IEnumerable<KeyValuePair<string, T>> pairs)
    {
        var all = pairs.ToArray();
        if (!IsInOrder(all))
        {
            // Of two with the same name the later one stays.
            var last = new Dictionary<string, T>(all.Length, StringComparer.Ordinal);
            foreach (var (name, item) in all)
                last[name] = item;
            all = [.. last];
            Array.Sort(all, static (left, right) => CodePointComparer.Instance.Compare(left.Key, right.Key));
        }
        _pairs = all;
    }

    public int Count => _pairs.Length;

    public IEnumerable<string> Names => _pairs.Select(pair => pair.Key);

    public IEnumerable<T> Items => _pairs.Select(pair => pair.Value);

    public KeyValuePair<string, T> this[int index] => _pairs[index];

    public T this[string name] => _pairs[Find(name)].Value;

    public bool Contains(string name) => Find(name) >= 0;

    public bool TryGet(string name, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T item)
    {
        var index = Find(name);
        item = index < 0 ? default : _pairs[index].Value;
        return index >= 0;
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, T>>)_pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _pairs.GetEnumerator();

    private static bool IsInOrder(KeyValuePair<string, T>[] pairs)
    {
        for (var i = 1; i < pairs.Length; i++)
        {
            if (CodePointComparer.Instance.Compare(pairs[i - 1].Key, pairs[i].Key) >= 0)
                return false;
        }
        return true;
    }

    private int Find(string name)
    {
        var (low, high) = (0, _pairs.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = CodePointComparer.Instance.Compare(_pairs[middle].Key, name);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }
}
