using System.Security.Cryptography;
using Buildx.Engine.CacheTransfer;
using Buildx.Engine.CacheTransfer.Places;
using Buildx.Engine.CacheTransfer.Stores;
using Buildx.Engine.CacheTransfer.Stores.GitHub;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.CacheTransfer.Stores;

/// <summary>Against a stand-in for GitHub's service, which checks every call.</summary>
public sealed class GitHubPlaceTests : IDisposable
{
    private readonly GitHubCacheStandIn _server = new();
    private readonly HttpClient _http = new() { DefaultRequestHeaders = { { "User-Agent", "tests" } } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_cache_is_written_again_and_again_and_the_newest_is_read(int version)
    {
        var place = Open(version);

        await Assert.ThrowsAsync<CacheTransferException>(() => place.ReadIndexesAsync(Cancellation));
        await place.WriteIndexAsync([1], Cancellation);
        await place.WriteIndexAsync([2, 3], Cancellation);

        Assert.Equal([2, 3], Assert.Single(await place.ReadIndexesAsync(Cancellation)));
        Assert.Equal(2, _server.Keys.Count);
        Assert.Matches("^index-buildkit-1-[0-9a-f]{8}#2$", _server.Keys[1]);
        Assert.Empty(_server.Violations);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(1, 3_000_000)]
    [InlineData(2, 0)]
    [InlineData(2, 3_000_000)]
    public async Task A_blob_is_sent_once_and_in_parts(int version, int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);
        var blob = new Descriptor("x", Digest.Sha256(content), size);
        var place = Open(version);
        var opened = 0;

        for (var i = 0; i < 2; i++)
        {
            await place.WriteBlobAsync(blob, _ =>
            {
                opened++;
                return ValueTask.FromResult<Stream>(new MemoryStream(content));
            }, null, Cancellation);
        }

        await using var stream = await place.OpenAsync(blob, Cancellation);
        var read = new MemoryStream();
        await stream.CopyToAsync(read, Cancellation);
        Assert.Equal(content, read.ToArray());
        Assert.Equal(1, opened);
        Assert.Equal([$"buildkit-blob-1-{blob.Digest}"], _server.Keys);
        Assert.Empty(_server.Violations);
    }

    [Fact]
    public async Task Keys_of_a_repository_are_listed_instead_of_asked_for_one_by_one()
    {
        var blob = new Descriptor("x", Digest.Sha256([7]), 1);
        var place = () => new GitHubPlace(Read(2, ("repository", GitHubCacheStandIn.Repository), ("ghtoken", GitHubCacheStandIn.ApiToken)) with { ApiUrl = $"http://{_server.Host}" }, _http, null, TimeProvider.System);

        for (var i = 0; i < 2; i++)
            await place().WriteBlobAsync(blob, _ => ValueTask.FromResult<Stream>(new MemoryStream([7])), null, Cancellation);

        Assert.DoesNotContain("GetCacheEntryDownloadURL", _server.Calls);
        Assert.Single(_server.Calls, call => call == "CreateCacheEntry");
        Assert.Equal(4, _server.Calls.Count(call => call == "list"));
        Assert.Empty(_server.Violations);
    }

    [Fact]
    public async Task Whoever_is_asked_to_slow_down_waits_and_tries_again()
    {
        _server.Throttled = 1;
        await Open(2).WriteIndexAsync([1], Cancellation);

        _server.Throttled = 100;
        var error = await Assert.ThrowsAsync<StoreException>(() => new GitHubPlace(Read(2, ("timeout", "1s")), _http, null, TimeProvider.System).WriteIndexAsync([2], Cancellation));

        Assert.Contains("answered 429", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_somebody_has_begun_and_not_ended_is_passed_over()
    {
        var place = new GitHubPlace(Read(1), _http, null, new HurriedTime());
        await place.WriteIndexAsync([1], Cancellation);
        _server.Abandon(_server.Keys[0].Replace("#1", "#2", StringComparison.Ordinal));

        await place.WriteIndexAsync([3], Cancellation);

        Assert.EndsWith("#3", _server.Keys[^1], StringComparison.Ordinal);
        Assert.Equal([3], Assert.Single(await place.ReadIndexesAsync(Cancellation)));
    }

    [Theory]
    [InlineData("token", "something", "token is not one that GitHub gives")]
    [InlineData("token", "", "token is missing")]
    [InlineData("url_v2", "", "url is missing")]
    [InlineData("timeout", "long", "timeout")]
    [InlineData("version", "new", "version")]
    public void Attributes_that_make_no_sense_are_refused_by_name(string key, string value, string told)
    {
        var error = Assert.Throws<CacheTransferException>(() => Read(2, (key, value)));

        Assert.Contains(told, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("something", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_that_have_expired_or_may_only_read_are_told()
    {
        var expired = Assert.Throws<CacheTransferException>(() => Read(2, ("token", GitHubCacheStandIn.CreateToken(DateTimeOffset.UtcNow.AddMinutes(-1), ("refs/heads/main", 3)))));
        var reader = new GitHubPlace(Read(2, ("token", GitHubCacheStandIn.CreateToken(DateTimeOffset.UtcNow.AddHours(1), ("refs/heads/main", 1)))), _http, null, TimeProvider.System);
        var readOnly = await Assert.ThrowsAsync<CacheTransferException>(() => reader.WriteIndexAsync([1], Cancellation));

        Assert.Contains("the token has expired", expired.Message, StringComparison.Ordinal);
        Assert.Contains("may only read", readOnly.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Token, Read(2).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("url=https://results-receiver.actions.githubusercontent.com/", true)]
    [InlineData("url=https://artifactcache.actions.githubusercontent.com/abc/", false)]
    [InlineData("url=http://a;url_v2=http://b", true)]
    [InlineData("url=http://a;url_v2=http://b;version=1", false)]
    [InlineData("url=http://a;version=2", true)]
    public void The_version_follows_the_address_where_it_is_not_given(string text, bool isSecond)
    {
        var attributes = text.Split(';').Append("token=" + _server.Token).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

        var options = GitHubOptions.Read(new CacheAttributes(new CacheRequest("gha", attributes), "cache export"), _ => null, DateTimeOffset.UtcNow);

        Assert.Equal(isSecond, options.IsSecond);
    }

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    private GitHubPlace Open(int version) => new(Read(version) with { PartSize = 1 << 20 }, _http, null, TimeProvider.System);

    private GitHubOptions Read(int version, params ReadOnlySpan<(string Key, string Value)> more)
    {
        var attributes = new Dictionary<string, string> { [version == 2 ? "url_v2" : "url"] = _server.Url, ["token"] = _server.Token };
        foreach (var (key, value) in more)
            attributes[key] = value;
        return GitHubOptions.Read(new CacheAttributes(new CacheRequest("gha", attributes), "cache export"), _ => null, DateTimeOffset.UtcNow);
    }

    /// <summary>Whoever waits need not wait long.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
    }
}
