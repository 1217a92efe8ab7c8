using System.Security.Cryptography;
using Buildx.Engine.CacheTransfer;
using Buildx.Engine.CacheTransfer.Stores;
using Buildx.Engine.CacheTransfer.Stores.Azure;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.CacheTransfer.Stores;

/// <summary>Against Azurite, Microsoft's emulator, which verifies signatures.</summary>
public sealed class AzureStoreTests(AzureStoreTests.Server server) : IClassFixture<AzureStoreTests.Server>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_is_read_again_whatever_its_name()
    {
        const string Key = "some prefix/+&~$é/sha256:key";
        var store = server.Open();

        await store.WriteAsync("another", [1], Cancellation);
        Assert.Null(await store.ReadAsync(Key, Cancellation));
        await store.WriteAsync(Key, [1, 2, 3], Cancellation);
        await store.WriteAsync(Key, [4, 5], Cancellation);

        Assert.Equal([4, 5], await store.ReadAsync(Key, Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    [InlineData(3_000_000)]
    public async Task A_blob_is_sent_at_once_or_in_blocks(int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);
        var blob = new Descriptor("x", Digest.Sha256(content), size);
        var store = server.Open(options => options with { BlockSize = 1 << 20 });
        var key = $"blobs/{blob.Digest}";

        Assert.False(await store.KeepAsync(key, Cancellation));
        // The second is told that it is there.
        for (var i = 0; i < 2; i++)
            await store.WriteBlobAsync(key, blob, _ => ValueTask.FromResult<Stream>(new MemoryStream(content)), Cancellation);
        Assert.True(await store.KeepAsync(key, Cancellation));

        await using var stream = await store.OpenAsync(key, size, Cancellation);
        var read = new MemoryStream();
        await stream.CopyToAsync(read, Cancellation);
        Assert.Equal(content, read.ToArray());
    }

    [Fact]
    public async Task A_container_that_is_missing_is_made_to_write_and_told_to_read()
    {
        var store = server.Open(options => options with { Container = "new-one" });

        var missing = await Assert.ThrowsAsync<StoreException>(() => store.ReadAsync("x", Cancellation));
        await store.WriteAsync("x", [1], Cancellation);

        Assert.Contains("there is no such container. Make the container new-one", missing.Message, StringComparison.Ordinal);
        Assert.Equal([1], await store.ReadAsync("x", Cancellation));
    }

    [Fact]
    public async Task What_is_wrong_is_told_with_a_remedy_and_without_the_key()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var wrongKey = await Assert.ThrowsAsync<StoreException>(() => server.Open(options => options with { Key = key }).WriteAsync("x", [1], Cancellation));
        var noServer = await Assert.ThrowsAsync<StoreException>(() => server.Open(options => options with { Url = "http://127.0.0.1:1/account" }).ReadAsync("x", Cancellation));

        Assert.Contains("Check secret_access_key and account_name (account)", wrongKey.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(key), wrongKey.ToString(), StringComparison.Ordinal);
        Assert.Contains("cannot connect to container caches at 127.0.0.1:1/account: nothing listens there", noServer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("account_url", "")]
    [InlineData("account_url", "https://a.blob.core.windows.net/?sig=very-hidden")]
    [InlineData("container", "Not A Container")]
    [InlineData("secret_access_key", "")]
    [InlineData("secret_access_key", "very-hidden")]
    public void Attributes_that_make_no_sense_are_refused_by_name(string key, string value)
    {
        var attributes = server.Attributes;
        attributes[key] = value;

        var error = Assert.ThrowsAny<CacheTransferException>(() => Read(attributes));

        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very-hidden", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "manifests/buildkit", "blobs/")]
    [InlineData("prefix=one/two/", "one/two/manifests/buildkit", "one/two/blobs/")]
    [InlineData("prefix=p;blobs_prefix=../b;manifests_prefix=", "p/buildkit", "b/")]
    public void Objects_have_the_names_that_BuildKit_gives_them(string text, string manifest, string blobs)
    {
        var attributes = server.Attributes;
        foreach (var pair in text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)))
            attributes[pair[0]] = pair[1];
        var digest = Digest.Sha256([]);

        var (_, names) = Read(attributes);

        Assert.Equal((manifest, blobs + digest), (names.Manifest(names.Names[0]), names.Blob(digest)));
    }

    [Fact]
    public void The_account_is_named_by_its_address()
    {
        var (options, _) = Read(new Dictionary<string, string> { ["account_url"] = "https://mine.blob.core.windows.net", ["secret_access_key"] = "AAAA" });

        Assert.Equal(("mine", "buildkit-cache"), (options.Account, options.Container));
    }

    private static (AzureOptions Options, Engine.CacheTransfer.Places.ObjectNames Names) Read(Dictionary<string, string> attributes) =>
        AzureOptions.Read(new CacheAttributes(new CacheRequest("azblob", attributes), "cache export"), _ => null);

    public sealed class Server : IAsyncLifetime
    {
        private readonly HttpClient _http = new();
        private AzureServer _server = null!;

        internal Dictionary<string, string> Attributes => _server.Attributes.Split(',').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

        public async ValueTask InitializeAsync() => _server = await AzureServer.StartAsync();

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            await _server.DisposeAsync();
        }

        internal AzureStore Open(Func<AzureOptions, AzureOptions>? change = null)
        {
            var (options, _) = Read(Attributes);
            return new AzureStore(change?.Invoke(options) ?? options, _http, TimeProvider.System);
        }
    }
}
