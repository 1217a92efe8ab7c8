namespace Buildx.Engine.CacheTransfer;

/// <summary>A cache that a client asks to import or export, as it was sent.</summary>
internal sealed record CacheRequest(string Type, IReadOnlyDictionary<string, string> Attributes)
{
    private static readonly string[] Secrets = ["access_key_id", "secret_access_key", "session_token", "token", "ghtoken"];

    /// <summary>The same for the same place with the same rights. It has secrets in it.</summary>
    public string Key => Join(Attributes);

    /// <summary>The same for the same place; without secrets.</summary>
    public string PublicKey => Join(Attributes.Where(pair => !Secrets.Contains(pair.Key)));

    // Whoever prints a record is not to print secrets.
    public override string ToString() => PublicKey;

    private string Join(IEnumerable<KeyValuePair<string, string>> attributes) =>
        Type + '\n' + string.Join('\n', attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
}
