namespace Buildx.Engine.CacheTransfer;

/// <summary>A cache that a client asks to import or export, as it was sent.</summary>
internal sealed record CacheRequest(string Type, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>The same for the same place.</summary>
    public string Key => Type + '\n' + string.Join('\n', Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
}
