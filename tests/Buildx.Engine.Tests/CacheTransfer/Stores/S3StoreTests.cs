using System.Security.Cryptography;
using Buildx.Engine.CacheTransfer;
using Buildx.Engine.CacheTransfer.Stores;
using Buildx.Engine.CacheTransfer.Stores.S3;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.CacheTransfer.Stores;

/// <summary>Against the S3 API of OpenStack Swift, which verifies signatures and hashes.</summary>
public sealed class S3StoreTests(S3StoreTests.Server server) : IClassFixture<S3StoreTests.Server>
{
    private const string Key = "some prefix/+&~$é/sha256:key";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_is_read_again_whatever_its_name()
    {
        var store = server.Open();

        Assert.Null(await store.ReadAsync(Key, Cancellation));
        await store.WriteAsync(Key, [1, 2, 3], Cancellation);
        await store.WriteAsync(Key, [4, 5], Cancellation);

        Assert.Equal([4, 5], await store.ReadAsync(Key, Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    [InlineData(11 << 20)]
    public async Task A_blob_is_sent_at_once_or_in_parts(int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);
        var blob = new Descriptor("x", Digest.Sha256(content), size);
        var store = server.Open(options => options with { PartSize = 5 << 20 });
        var key = $"blobs/{blob.Digest}";

        Assert.False(await store.KeepAsync(key, Cancellation));
        await store.WriteBlobAsync(key, blob, _ => ValueTask.FromResult<Stream>(new MemoryStream(content)), Cancellation);
        Assert.True(await store.KeepAsync(key, Cancellation));

        Assert.Equal(content, await ReadAsync(await store.OpenAsync(key, size, Cancellation)));
    }

    [Fact]
    public async Task An_old_blob_is_made_new()
    {
        var time = new LaterTime();
        var store = server.Open(options => options with { TouchAfter = TimeSpan.FromMinutes(10) }, time);
        await store.WriteAsync("old", [1], Cancellation);
        await Task.Delay(1100, Cancellation);
        var before = await server.LastModifiedAsync("old", Cancellation);

        Assert.True(await store.KeepAsync("old", Cancellation));
        Assert.Equal(before, await server.LastModifiedAsync("old", Cancellation));
        time.Passed = TimeSpan.FromMinutes(12);
        Assert.True(await store.KeepAsync("old", Cancellation));

        Assert.True(await server.LastModifiedAsync("old", Cancellation) > before);
        Assert.Equal([1], await store.ReadAsync("old", Cancellation));
    }

    [Fact]
    public async Task What_is_wrong_is_told_with_a_remedy_and_without_the_secret()
    {
        var wrongKey = await Assert.ThrowsAsync<StoreException>(() => server.Open(options => options with { Credentials = options.Credentials with { SecretAccessKey = "very-hidden" } }).ReadAsync("x", Cancellation));
        var unknownKey = await Assert.ThrowsAsync<StoreException>(() => server.Open(options => options with { Credentials = options.Credentials with { AccessKeyId = "a:b" } }).WriteAsync("x", [1], Cancellation));
        var bucket = server.Open(bucket: "missing");
        var noBucket = await Assert.ThrowsAsync<StoreException>(() => bucket.WriteAsync("x", [1], Cancellation));
        var noBucketToRead = await Assert.ThrowsAsync<StoreException>(() => bucket.ReadAsync("x", Cancellation));
        var noServer = await Assert.ThrowsAsync<StoreException>(() => server.Open(url: "http://127.0.0.1:1").ReadAsync("x", Cancellation));

        Assert.Equal("SignatureDoesNotMatch", wrongKey.Code);
        Assert.Contains("Check secret_access_key", wrongKey.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very-hidden", wrongKey.ToString(), StringComparison.Ordinal);
        Assert.Contains(" answered 403", unknownKey.Message, StringComparison.Ordinal);
        Assert.Contains("Make the bucket missing", noBucket.Message, StringComparison.Ordinal);
        Assert.Contains("there is no such bucket", noBucketToRead.Message, StringComparison.Ordinal);
        Assert.Contains("cannot connect to s3://caches at 127.0.0.1:1: nothing listens there", noServer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("region=", "")]
    [InlineData("upload_parallelism", "0")]
    [InlineData("retry_mode", "sometimes")]
    [InlineData("retry_max_attempts", "none")]
    [InlineData("touch_refresh", "later")]
    [InlineData("endpoint_url", "ftp://somewhere")]
    [InlineData("endpoint_url", "https://user:very-hidden@somewhere")]
    [InlineData("secret_access_key", "")]
    public void Attributes_that_make_no_sense_are_refused_by_name(string key, string value)
    {
        var attributes = server.Attributes;
        attributes[key.TrimEnd('=')] = value;
        if (key.EndsWith('='))
            attributes[key.TrimEnd('=')] = "not a region";

        var error = Assert.ThrowsAny<CacheTransferException>(() => S3Options.Read(new CacheAttributes(new CacheRequest("s3", attributes), "cache export"), new AwsProfiles(_ => null), _ => null));

        Assert.Contains(key.TrimEnd('='), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very-hidden", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("region=eu-west-1", "https://bucket.s3.eu-west-1.amazonaws.com/a%20b/sha256%3Ac")]
    [InlineData("region=cn-north-1", "https://bucket.s3.cn-north-1.amazonaws.com.cn/a%20b/sha256%3Ac")]
    [InlineData("region=x;endpoint_url=https://s3.example.com:9000/", "https://bucket.s3.example.com:9000/a%20b/sha256%3Ac")]
    [InlineData("region=x;endpoint_url=https://s3.example.com/base;use_path_style=true", "https://s3.example.com/base/bucket/a%20b/sha256%3Ac")]
    [InlineData("region=x;endpoint_url=http://10.0.0.1", "http://10.0.0.1/bucket/a%20b/sha256%3Ac")]
    [InlineData("region=eu-west-1;bucket=with.dots", "https://s3.eu-west-1.amazonaws.com/with.dots/a%20b/sha256%3Ac")]
    public void A_bucket_is_addressed_as_its_attributes_say(string text, string address)
    {
        var attributes = new Dictionary<string, string> { ["bucket"] = "bucket", ["access_key_id"] = "a", ["secret_access_key"] = "b" };
        foreach (var pair in text.Split(';').Select(pair => pair.Split('=', 2)))
            attributes[pair[0]] = pair[1];

        var (options, names) = S3Options.Read(new CacheAttributes(new CacheRequest("s3", attributes), "cache export"), new AwsProfiles(_ => null), _ => null);

        Assert.Equal(address, options.Address.Of("a b/sha256:c").AbsoluteUri);
        Assert.Equal("manifests/buildkit", names.Manifest(names.Names[0]));
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using (stream)
        {
            var content = new MemoryStream();
            await stream.CopyToAsync(content, Cancellation);
            return content.ToArray();
        }
    }

    public sealed class Server : IAsyncLifetime
    {
        private readonly HttpClient _http = new();
        private S3Server _server = null!;

        internal Dictionary<string, string> Attributes => _server.Attributes.Split(',').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

        public async ValueTask InitializeAsync() => _server = await S3Server.StartAsync();

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            await _server.DisposeAsync();
        }

        internal S3Store Open(Func<S3Options, S3Options>? change = null, TimeProvider? time = null, string? bucket = null, string? url = null)
        {
            var attributes = Attributes;
            attributes["bucket"] = bucket ?? attributes["bucket"];
            attributes["endpoint_url"] = url ?? attributes["endpoint_url"];
            var (options, _) = S3Options.Read(new CacheAttributes(new CacheRequest("s3", attributes), "cache export"), new AwsProfiles(_ => null), _ => null);
            return new S3Store(change?.Invoke(options) ?? options, _http, time ?? TimeProvider.System);
        }

        internal async Task<DateTimeOffset> LastModifiedAsync(string key, CancellationToken cancellationToken)
        {
            var attributes = Attributes;
            using var request = new HttpRequestMessage(HttpMethod.Head, $"{_server.Url}/{S3Server.Bucket}/{key}");
            new AwsSignature(new AwsCredentials(S3Server.AccessKeyId, _server.SecretAccessKey, null), S3Server.Region).Sign(request, AwsSignature.EmptyPayload, DateTimeOffset.UtcNow);
            using var response = await _http.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
            return response.Content.Headers.LastModified!.Value;
        }
    }

    private sealed class LaterTime : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Passed;
    }
}
