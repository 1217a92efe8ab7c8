using Buildx.Bake.Entries;
using Buildx.Client;
using Buildx.Engine.CacheTransfer.Stores.S3;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>Adds what a cache's service wants to know and the user's environment already says, for the builder has another environment.</summary>
/// <param name="environment">Gives a variable's value; null or empty where it is not set.</param>
internal sealed class CacheCredentials(CliContext context, Func<string, string?> environment)
{
    private static readonly (string Attribute, string Variable)[] Azure =
    [
        ("account_url", "BUILDKIT_AZURE_STORAGE_ACCOUNT_URL"),
        ("account_name", "BUILDKIT_AZURE_STORAGE_ACCOUNT_NAME"),
        ("container", "BUILDKIT_AZURE_STORAGE_CONTAINER"),
        ("prefix", "BUILDKIT_AZURE_STORAGE_PREFIX"),
        ("secret_access_key", "AZURE_STORAGE_KEY"),
    ];

    /// <returns>Null for one that is to be left out.</returns>
    public CacheOptions? Fill(CacheEntry entry)
    {
        var attributes = new Dictionary<string, string>(entry.Attributes);
        switch (entry.Type)
        {
            case "s3":
                FillS3(attributes);
                break;
            case "azblob":
                foreach (var (attribute, variable) in Azure)
                    Add(attributes, attribute, environment(variable));
                break;
            case "gha":
                FillGitHub(attributes);
                if (IsMissing(attributes, "token") || (IsMissing(attributes, "url") && IsMissing(attributes, "url_v2")))
                {
                    context.Warn("the cache type=gha is left out: ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL (or ACTIONS_CACHE_URL) are set only inside of an action of GitHub's");
                    return null;
                }
                break;
        }
        return new CacheOptions(entry.Type, attributes);
    }

    private void FillS3(Dictionary<string, string> attributes)
    {
        var profiles = new AwsProfiles(environment);
        Add(attributes, "bucket", environment("AWS_BUCKET"));
        Add(attributes, "region", profiles.FindRegion());
        // A key that is given whole has nothing to do with the session of another.
        if (attributes.ContainsKey("access_key_id") || attributes.ContainsKey("secret_access_key") || profiles.FindCredentials() is not { } credentials)
            return;
        Add(attributes, "access_key_id", credentials.AccessKeyId);
        Add(attributes, "secret_access_key", credentials.SecretAccessKey);
        Add(attributes, "session_token", credentials.SessionToken);
    }

    private void FillGitHub(Dictionary<string, string> attributes)
    {
        var isSecond = attributes.GetValueOrDefault("version") is { } version ? version == "2" : BooleanText.IsTrue(environment("ACTIONS_CACHE_SERVICE_V2"));
        Add(attributes, "token", environment("ACTIONS_RUNTIME_TOKEN"));
        if (isSecond)
            Add(attributes, "url_v2", environment("ACTIONS_RESULTS_URL"));
        Add(attributes, "url", environment("ACTIONS_CACHE_URL"));
        Add(attributes, "url", environment("ACTIONS_RESULTS_URL"));
    }

    private static bool IsMissing(Dictionary<string, string> attributes, string key) => attributes.GetValueOrDefault(key) is not { Length: > 0 };

    private static void Add(Dictionary<string, string> attributes, string key, string? value)
    {
        if (value is { Length: > 0 })
            attributes.TryAdd(key, value);
    }
}
