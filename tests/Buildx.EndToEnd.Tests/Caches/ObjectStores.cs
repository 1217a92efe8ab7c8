using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Caches;

/// <summary>The stores of objects that caches are kept in, for the tests of one class.</summary>
public sealed class ObjectStores : IAsyncLifetime
{
    public S3Server S3 { get; private set; } = null!;

    public AzureServer Azure { get; private set; } = null!;

    /// <summary>No real one can be had.</summary>
    public GitHubCacheStandIn GitHub { get; } = new();

    private string[] Secrets => [S3.SecretAccessKey, Azure.Key, GitHub.Token];

    public async ValueTask InitializeAsync()
    {
        S3 = await S3Server.StartAsync();
        Azure = await AzureServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await S3.DisposeAsync();
        await Azure.DisposeAsync();
        GitHub.Dispose();
    }

    public string Attributes(string type) => type switch
    {
        "s3" => S3.Attributes,
        "azblob" => Azure.Attributes,
        "gha" => $"type=gha,url={GitHub.Url},token={GitHub.Token}",
        _ => $"type=gha,url_v2={GitHub.Url},token={GitHub.Token}",
    };

    public void AssertNoSecret(string text)
    {
        foreach (var secret in Secrets)
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    /// <summary>Nothing that is kept in these directories has a key in it.</summary>
    public async Task AssertNoSecretInAsync(params string[] directories)
    {
        using var patterns = new TemporaryDirectory();
        // Files that are locked are read too.
        var found = await new Tool("grep").ExecuteAsync(["-rlF", "--devices=skip", "-f", patterns.Write("secrets", string.Join('\n', Secrets)), .. directories]);
        Assert.Equal((1, ""), (found.ExitCode, found.All));
    }
}
