using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Buildx.TestSupport;

/// <summary>Azurite, Microsoft's emulator of Azure Storage, on 127.0.0.1 and a free port.</summary>
public sealed partial class AzureServer : IAsyncDisposable
{
    public const string Account = "account";
    public const string Container = "caches";

    private readonly ListeningProcess _process;

    private AzureServer(ListeningProcess process, string key) => (_process, Key) = (process, key);

    public string Key { get; }

    public string Url => $"http://127.0.0.1:{_process.Port}/{Account}";

    /// <summary>What a cache needs to say to use a container.</summary>
    public string Attributes => $"type=azblob,account_url={Url},account_name={Account},container={Container},secret_access_key={Key}";

    public static async Task<AzureServer> StartAsync(CancellationToken cancellationToken = default)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var start = new ProcessStartInfo(
            "node",
            [
                Path.Combine(await Peers.GetDirectoryAsync(), "azurite/node_modules/azurite/dist/src/blob/main.js"),
                "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--disableTelemetry", "--silent",
            ]);
        start.Environment["AZURITE_ACCOUNTS"] = $"{Account}:{key}";
        return new AzureServer(await ListeningProcess.StartAsync(start, Listening(), cancellationToken), key);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    [GeneratedRegex(@"listens on http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
