using System.Globalization;
using Buildx.Oci;

namespace Buildx.Engine.Exporting.Options;

/// <summary>
/// An exporter's attributes as the client sent them, taken out one by one while they become typed options. What is left in the
/// end is known to nobody.
/// </summary>
internal sealed class ExporterAttributes(string exporter, IEnumerable<KeyValuePair<string, string>> attributes)
{
    private readonly SortedDictionary<string, string> _rest = new(
        attributes.ToDictionary(attribute => attribute.Key, attribute => attribute.Value), StringComparer.Ordinal);

    public string Exporter { get; } = exporter;

    public IReadOnlyCollection<string> Remaining => _rest.Keys;

    public string? TakeText(string key) => _rest.Remove(key, out var value) ? value : null;

    /// <summary>As BuildKit reads it: an empty value is true, else one of Go's spellings.</summary>
    public bool? TakeFlag(string key) => TakeText(key) switch
    {
        null => null,
        "" => true,
        var text when BooleanText.TryParse(text, out var value) => value,
        var other => throw Invalid(key, other, "want true or false"),
    };

    public int? TakeNumber(string key, int minimum, int maximum)
    {
        if (TakeText(key) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
            return number;
        throw Invalid(key, text, $"want a number from {minimum} to {maximum}");
    }

    public T? TakeChoice<T>(string key, params ReadOnlySpan<(string Name, T Value)> choices)
        where T : struct
    {
        if (TakeText(key) is not { } text)
            return null;
        foreach (var (name, value) in choices)
        {
            if (name == text)
                return value;
        }
        var names = new List<string>();
        foreach (var (name, _) in choices)
            names.Add(name);
        throw Invalid(key, text, "want one of " + string.Join(", ", names));
    }

    /// <summary>Keys that begin so, with their values, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> TakePrefixed(string prefix)
    {
        var taken = _rest.Where(attribute => attribute.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        foreach (var attribute in taken)
            _rest.Remove(attribute.Key);
        return taken;
    }

    /// <summary>Takes keys that mean something to the client only, or nothing any more.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            _rest.Remove(key);
    }

    public ExportException Invalid(string key, string value, string want) =>
        new($"output type={Exporter}: {key}=\"{value}\" is not valid: {want}");

    public ExportException Unsupported(string key, string instead) =>
        new($"output type={Exporter}: {key} is not supported by this builder yet: {instead}");
}
