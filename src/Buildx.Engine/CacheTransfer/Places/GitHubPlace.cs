using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Buildx.Engine.CacheTransfer.Stores;
using Buildx.Engine.CacheTransfer.Stores.Azure;
using Buildx.Engine.CacheTransfer.Stores.GitHub;
using Buildx.Engine.Server;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Places;

/// <summary>
/// <c>type=gha</c>: the cache service that GitHub has for its jobs. Entries never change there, so that a cache's index is a row of
/// entries with a number at their end, of which the newest counts.
/// </summary>
internal sealed class GitHubPlace : IIndexPlace, IBlobSource
{
    private const string BlobPrefix = "buildkit-blob-1-";
    private const int MaximumIndexSize = 64 << 20;

    /// <summary>For how long an index that somebody else is writing is waited for. Whoever takes longer has most likely ended.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private const int MaximumPassedOver = 20;

    private readonly GitHubOptions _options;
    private readonly GitHubClient _client;
    private readonly IGitHubApi _api;
    private readonly ISession? _session;
    private readonly TimeProvider _time;
    private readonly Lazy<Task<IReadOnlySet<string>?>> _known;

    public GitHubPlace(GitHubOptions options, HttpClient http, ISession? session, TimeProvider time)
    {
        (_options, _session, _time) = (options, session, time);
        _client = new GitHubClient(options, http, time);
        _api = options.IsSecond ? new SecondApi(_client) : new FirstApi(_client);
        _known = new Lazy<Task<IReadOnlySet<string>?>>(() => new RepositoryKeys(options, http, time).FindAsync(BlobPrefix, CancellationToken.None));
    }

    public string Name => $"{_options.Name}, scope {_options.Scope}";

    public int Parallelism => 4;

    // What a build that fails has begun to send would stay reserved there, and the next build took it for a layer that somebody else sends.
    public bool TakesLayersEarly => false;

    public IBlobSource Layers => this;

    public string? Repository => null;

    // The token is the client's.
    public bool IsUsable => _session is not { Closed.IsCancellationRequested: true };

    public async Task<IReadOnlyList<byte[]>> ReadIndexesAsync(CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(_options.Token.Readable.Select(async scope =>
        {
            var key = IndexKey(scope) + "#";
            return await _api.FindAsync(key, cancellationToken) is { } entry ? await ReadAsync(key, entry, cancellationToken) : null;
        }));
        return found.OfType<byte[]>().ToList() is { Count: > 0 } indexes
            ? indexes
            : throw new CacheTransferException($"there is no cache {_options.Scope} in {_options.Name} for {string.Join(", ", _options.Token.Readable)}");
    }

    public async Task WriteIndexAsync(byte[] json, CancellationToken cancellationToken)
    {
        if (_options.Token.Writable is not { } scope)
            throw new CacheTransferException($"the token for {_options.Name} may only read: a job for a pull request of a fork can't write caches");
        var key = IndexKey(scope) + "#";
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            var number = await _api.FindAsync(key, cancellationToken) is { } entry ? NumberOf(entry, key) : 0;
            // One whose writer has ended without completing it is passed over.
            var last = number + (waited > Patience ? MaximumPassedOver : 1);
            while (++number <= last)
            {
                var next = key + number.ToString(CultureInfo.InvariantCulture);
                if (await _api.ReserveAsync(next, cancellationToken) is not { } reservation)
                    continue;
                await _api.UploadAsync(reservation, next, json.Length, _ => ValueTask.FromResult<Stream>(new MemoryStream(json, writable: false)), cancellationToken);
                return;
            }
            if (waited > Patience)
                throw new StoreException($"the cache {_options.Scope} could not be written to {_options.Name}: others have begun to write it and have not ended. Try again later");
            await Task.Delay(Pause, _time, cancellationToken);
        }
    }

    public async Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        var key = BlobPrefix + blob.Digest;
        var entry = await FindBlobAsync(key, cancellationToken);
        var stream = await _client.Store.OpenAsync(key, blob.Size, async (offset, token) =>
        {
            try
            {
                return await DownloadAsync(key, entry, offset, token);
            }
            catch (StoreException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                // Addresses are valid for a while only.
                entry = await FindBlobAsync(key, token);
                return await DownloadAsync(key, entry, offset, token);
            }
        }, cancellationToken);
        return new VerifyingStream(stream, blob.Digest, blob.Size, source: _options.Name);
    }

    public async Task<bool> KeepBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        var key = BlobPrefix + blob.Digest;
        return await _known.Value.WaitAsync(cancellationToken) is { } known ? known.Contains(key) : await _api.FindAsync(key, cancellationToken) is not null;
    }

    public async Task WriteBlobAsync(Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, string? mountFrom, CancellationToken cancellationToken)
    {
        var key = BlobPrefix + blob.Digest;
        if (await KeepBlobAsync(blob, cancellationToken))
            return;
        if (await _api.ReserveAsync(key, cancellationToken) is { } reservation)
            await _api.UploadAsync(reservation, key, blob.Size, open, cancellationToken);
    }

    private async Task<CacheEntry> FindBlobAsync(string key, CancellationToken cancellationToken) =>
        await _api.FindAsync(key, cancellationToken)
        ?? throw new StoreException($"{key} is not in {_options.Name} any more: GitHub removes what is old when a repository has too much. Build again without this cache");

    private string IndexKey(string scope) => $"index-{_options.Scope}-1-{Digest.Sha256(Encoding.UTF8.GetBytes(scope)).Hex[..8]}";

    private int NumberOf(CacheEntry entry, string key) =>
        int.TryParse(entry.Key.AsSpan(Math.Min(key.Length, entry.Key.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new StoreException($"{_options.Name} has an index {entry.Key}, which is none of ours");

    private async Task<byte[]> ReadAsync(string key, CacheEntry entry, CancellationToken cancellationToken)
    {
        var request = Download(key, entry, 0);
        using var response = await _client.Store.SendAsync(request, cancellationToken);
        return await _client.Store.ReadAsync(request, response, MaximumIndexSize, cancellationToken);
    }

    private Task<HttpResponseMessage> DownloadAsync(string key, CacheEntry entry, long offset, CancellationToken cancellationToken) =>
        _client.Store.SendAsync(Download(key, entry, offset), cancellationToken);

    /// <summary>The address is signed: no other credentials go there.</summary>
    private StoreRequest Download(string key, CacheEntry entry, long offset) => new($"read {key}", _ =>
    {
        var message = new HttpRequestMessage(HttpMethod.Get, entry.Url);
        if (_options.IsSecond)
            message.Headers.TryAddWithoutValidation("x-ms-version", AzureSharedKey.Version);
        if (offset > 0)
            message.Headers.Range = new RangeHeaderValue(offset, null);
        return ValueTask.FromResult(message);
    });
}
