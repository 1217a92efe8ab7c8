namespace Buildx.Drivers;

/// <summary>What stands after the <c>?</c> of an endpoint.</summary>
internal static class EndpointQuery
{
    public static IReadOnlyDictionary<string, string> Parse(string endpoint)
    {
        var query = new Dictionary<string, string>();
        var start = endpoint.IndexOf('?', StringComparison.Ordinal);
        foreach (var part in start < 0 ? [] : endpoint[(start + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            // A plus stands for a space in what other programs have written.
            query[equals < 0 ? part : part[..equals]] = equals < 0 ? "" : Uri.UnescapeDataString(part[(equals + 1)..].Replace('+', ' '));
        }
        return query;
    }
}
