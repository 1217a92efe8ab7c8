namespace Buildx.TestSupport;

/// <summary>Real software that tests run against, fetched once by <c>tests/peers</c>.</summary>
public static class Peers
{
    private static readonly Lazy<Task<string>> Fetched = new(FetchAsync);

    /// <summary>
    /// Where they are: <c>bin/dockerd</c>, <c>bin/dockerd-20.10</c>, <c>bin/docker</c>, <c>bin/ctr-remote</c>, <c>cli-plugins/docker-buildx</c>,
    /// <c>oci-schemas/*.json</c>, <c>kubernetes/openapi.json</c>, <c>azurite/</c>.
    /// </summary>
    public static Task<string> GetDirectoryAsync() => Fetched.Value;

    /// <summary>Docker's own Buildx, as a program by itself.</summary>
    public static async Task<string> GetBuildxAsync() => Path.Combine(await GetDirectoryAsync(), "cli-plugins", "docker-buildx");

    private static async Task<string> FetchAsync()
    {
        var root = RepositoryRoot.Path;
        var directory = Environment.GetEnvironmentVariable("BUILDX_PEERS") is { Length: > 0 } set ? set : Path.Combine(root, ".peers");
        string[] last = [".complete", ".complete-20.10", "kubernetes/openapi.json", "oci-schemas/config-schema.json", "bin/ctr-remote", "azurite/.complete"];
        if (!Array.TrueForAll(last, name => File.Exists(Path.Combine(directory, name))))
            await new Tool(Path.Combine(root, "tests", "peers")) { Timeout = TimeSpan.FromMinutes(10) }.SucceedAsync(directory);
        return directory;
    }
}
