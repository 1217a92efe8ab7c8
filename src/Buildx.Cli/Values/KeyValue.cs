namespace Buildx.Cli.Values;

/// <summary>Repeated <c>KEY=VALUE</c> flags.</summary>
internal static class KeyValue
{
    /// <summary>Build arguments: a bare name takes its value from the environment, and nothing happens if it isn't set there.</summary>
    public static IReadOnlyDictionary<string, string> ParseWithEnvironment(string flag, IEnumerable<string> values)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var (key, text) = Split(flag, value);
            if ((text ?? Environment.GetEnvironmentVariable(key)) is { } found)
                pairs[key] = found;
        }
        return pairs;
    }

    /// <summary>Labels: a bare name has an empty value.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string flag, IEnumerable<string> values)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var (key, text) = Split(flag, value);
            pairs[key] = text ?? "";
        }
        return pairs;
    }

    /// <summary>Driver options: comma-separated lists of pairs. Null when there is none.</summary>
    public static IReadOnlyDictionary<string, string>? ParseLists(string flag, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return null;
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in values.SelectMany(value => CsvFields.Split(flag, value)))
        {
            var (key, text) = Split(flag, field);
            pairs[key] = text ?? throw new CliException($"{flag}: \"{field}\" is not of the form key=value");
        }
        return pairs;
    }

    private static (string Key, string? Value) Split(string flag, string value)
    {
        var equals = value.IndexOf('=');
        var key = equals < 0 ? value : value[..equals];
        return key.Length == 0
            ? throw new CliException($"{flag}: \"{value}\" has no name (want NAME=VALUE)")
            : (key, equals < 0 ? null : value[(equals + 1)..]);
    }
}
