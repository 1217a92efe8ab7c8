using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Buildx.TestSupport;

/// <summary>OpenStack Swift with its S3 API, which verifies every signature and every hash, on 127.0.0.1 and a free port. Needs Debian's packages of it.</summary>
public sealed partial class S3Server : IAsyncDisposable
{
    public const string Region = "eu-test-1";
    public const string AccessKeyId = "test:tester";
    public const string Bucket = "caches";

    private readonly ListeningProcess _process;
    private readonly TemporaryDirectory _directory;

    private S3Server(ListeningProcess process, TemporaryDirectory directory, string secret) => (_process, _directory, SecretAccessKey) = (process, directory, secret);

    public string SecretAccessKey { get; }

    public string Url => $"http://127.0.0.1:{_process.Port}";

    /// <summary>What a cache needs to say to use the bucket.</summary>
    public string Attributes =>
        $"type=s3,bucket={Bucket},region={Region},endpoint_url={Url},use_path_style=true,access_key_id={AccessKeyId},secret_access_key={SecretAccessKey}";

    public static async Task<S3Server> StartAsync(CancellationToken cancellationToken = default)
    {
        var directory = new TemporaryDirectory();
        var secret = Guid.NewGuid().ToString("n");
        try
        {
            var start = new ProcessStartInfo(
                "/usr/bin/python3",
                [Path.Combine(RepositoryRoot.Path, "tests/Buildx.TestSupport/swift-s3.py"), directory.Path, Region, AccessKeyId, secret, Bucket]);
            return new S3Server(await ListeningProcess.StartAsync(start, Listening(), cancellationToken), directory, secret);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Changes a byte of all blobs, behind the server's back.</summary>
    public void DamageBlobs()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_directory.Path, "devices"), "*.data", SearchOption.AllDirectories))
        {
            using var stream = File.Open(file, FileMode.Open);
            // What tells of the cache is JSON, and stays as it is.
            if (stream.ReadByte() is -1 or '{')
                continue;
            stream.Seek(stream.Length / 2, SeekOrigin.Begin);
            var value = stream.ReadByte();
            stream.Seek(-1, SeekOrigin.Current);
            stream.WriteByte((byte)(value ^ 0x55));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }

    [GeneratedRegex(@"^listening on 127\.0\.0\.1:(\d+)$")]
    private static partial Regex Listening();
}
