using System.Text.Json.Nodes;

namespace Buildx.Registry;

/// <summary>
/// The credentials that <c>docker login</c> keeps: in <c>config.json</c> itself (<c>auths</c>), or with a helper program
/// (<c>credHelpers</c> for one registry, <c>credsStore</c> for all).
/// </summary>
public sealed class DockerConfigCredentials(string configFile) : ICredentialSource
{
    /// <summary>The key of Docker Hub, for historical reasons.</summary>
    public const string DockerHubKey = "https://index.docker.io/v1/";

    private readonly DockerConfigFile _file = new(configFile);

    /// <summary><c>$DOCKER_CONFIG/config.json</c>, else <c>~/.docker/config.json</c>.</summary>
    public static string DefaultFile => Path.Combine(
        Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } directory
            ? directory
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker"),
        "config.json");

    /// <summary>The key under which a registry's credentials are kept.</summary>
    public static string GetKey(string host)
    {
        var name = StripScheme(host);
        return RegistryHosts.GetEndpoint(name) == RegistryHosts.DockerHubEndpoint ? DockerHubKey : name;
    }

    /// <exception cref="CredentialStoreException">They cannot be read.</exception>
    public async ValueTask<RegistryCredential?> GetCredentialAsync(string host, CancellationToken cancellationToken)
    {
        var key = GetKey(host);
        var root = _file.Read();
        if (FindHelper(root, key) is { } helper && await helper.GetAsync(key, cancellationToken) is { } kept)
            return kept;
        return FindEntry(root, key) is { } entry ? DockerConfigFile.ParseEntry(entry) : null;
    }

    /// <summary>What <c>docker login</c> does once the registry has agreed.</summary>
    /// <returns>Whether they were written into the file, where everybody who can read it can read them.</returns>
    public async Task<bool> StoreAsync(string host, RegistryCredential credential, CancellationToken cancellationToken)
    {
        var key = GetKey(host);
        if (FindHelper(_file.Read(), key) is { } helper)
        {
            await helper.StoreAsync(key, credential, cancellationToken);
            // Docker shows by an empty entry that somebody is logged in.
            _file.Update(root => GetAuths(root)[key] = new JsonObject());
            return false;
        }
        _file.Update(root => GetAuths(root)[key] = DockerConfigFile.MakeEntry(credential));
        return true;
    }

    /// <summary>What <c>docker logout</c> does.</summary>
    /// <returns>Whether there was anything to erase.</returns>
    public async Task<bool> EraseAsync(string host, CancellationToken cancellationToken)
    {
        var key = GetKey(host);
        var root = _file.Read();
        var known = FindKeys(root, key);
        if (FindHelper(root, key) is { } helper)
        {
            var kept = await helper.GetAsync(key, cancellationToken) is not null;
            if (kept)
                await helper.EraseAsync(key, cancellationToken);
            if (known.Count == 0)
                return kept;
        }
        if (known.Count == 0)
            return false;
        _file.Update(changed =>
        {
            foreach (var name in FindKeys(changed, key))
                GetAuths(changed).Remove(name);
        });
        return true;
    }

    private static CredentialHelper? FindHelper(JsonObject root, string key)
    {
        if (root["credHelpers"] is JsonObject helpers)
        {
            foreach (var (name, value) in helpers)
            {
                if (GetKey(name) == key && value is JsonValue text && text.TryGetValue(out string? helper) && helper.Length > 0)
                    return new CredentialHelper(helper);
            }
        }
        return DockerConfigFile.Text(root, "credsStore") is { Length: > 0 } store ? new CredentialHelper(store) : null;
    }

    private static JsonObject? FindEntry(JsonObject root, string key)
    {
        if (root["auths"] is not JsonObject auths)
            return null;
        // An exact name wins over one with a scheme or path (https://host/v1/), as old versions wrote it.
        return auths[key] as JsonObject ?? FindKeys(root, key).Select(name => auths[name]).OfType<JsonObject>().FirstOrDefault();
    }

    private static List<string> FindKeys(JsonObject root, string key) =>
        root["auths"] is JsonObject auths ? [.. auths.Select(pair => pair.Key).Where(name => name == key || GetKey(name) == key)] : [];

    private static JsonObject GetAuths(JsonObject root)
    {
        if (root["auths"] is not JsonObject auths)
            root["auths"] = auths = [];
        return auths;
    }

    /// <summary><c>https://host/v1/</c> is <c>host</c>.</summary>
    private static string StripScheme(string server)
    {
        var scheme = server.IndexOf("://", StringComparison.Ordinal);
        var name = scheme < 0 ? server : server[(scheme + 3)..];
        var slash = name.IndexOf('/');
        return slash < 0 ? name : name[..slash];
    }
}
