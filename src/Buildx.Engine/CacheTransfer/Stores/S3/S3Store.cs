using System.Globalization;
using System.Net;
using System.Text;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Stores.S3;

/// <summary>A bucket of Amazon S3, or of anything else that speaks its API.</summary>
internal sealed partial class S3Store : IObjectStore
{
    private readonly S3Options _options;
    private readonly AwsSignature _signature;
    private readonly StoreClient _client;
    private readonly TimeProvider _time;

    public S3Store(S3Options options, HttpClient http, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _signature = new AwsSignature(options.Credentials, options.Region);
        _client = new StoreClient(http, Name, new S3Errors(options.Address), new StoreRetries(options.Attempts, TimeSpan.FromHours(1), options.IsAdaptive), time);
    }

    public string Name => _options.Address.Name;

    public int Parallelism => _options.UploadParallelism;

    public Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) =>
        _client.ReadObjectAsync(Request($"read {key}", HttpMethod.Get, key), "bucket", "NoSuchBucket", cancellationToken);

    public Task<Stream> OpenAsync(string key, long size, CancellationToken cancellationToken) =>
        _client.OpenObjectAsync(key, size, change => Request($"read {key}", HttpMethod.Get, key, change: change), cancellationToken);

    public async Task<bool> KeepAsync(string key, CancellationToken cancellationToken)
    {
        var request = Request($"look for {key}", HttpMethod.Head, key) with
        {
            Answers = [HttpStatusCode.NotFound, HttpStatusCode.Forbidden, HttpStatusCode.BadRequest, HttpStatusCode.MovedPermanently],
        };
        using var response = await _client.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return false;
        if (!response.IsSuccessStatusCode)
        {
            // Only the answer to a read has a body, which says why.
            using var read = await _client.SendAsync(Request($"look for {key}", HttpMethod.Get, key), cancellationToken);
            return true;
        }
        if (response.Content.Headers.LastModified is { } written && _time.GetUtcNow() - written > _options.TouchAfter)
            await TouchAsync(key, response.Content.Headers.ContentLength ?? 0, cancellationToken);
        return true;
    }

    public Task WriteBlobAsync(string key, Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken) =>
        blob.Size > _options.PartSize
            ? WriteInPartsAsync(key, blob, open, cancellationToken)
            : PutAsync(
                key,
                // A blob's name is the hash of its content already.
                blob.Digest.Algorithm == "sha256" ? blob.Digest.Hex : AwsSignature.UnsignedPayload,
                async token => new StreamContent(await open(token)) { Headers = { ContentLength = blob.Size } },
                cancellationToken);

    public Task WriteAsync(string key, byte[] content, CancellationToken cancellationToken) =>
        PutAsync(key, Digest.Sha256(content).Hex, _ => ValueTask.FromResult<HttpContent>(new ByteArrayContent(content)), cancellationToken);

    private async Task PutAsync(string key, string payloadHash, Func<CancellationToken, ValueTask<HttpContent>> open, CancellationToken cancellationToken)
    {
        var request = Request($"write {key}", HttpMethod.Put, key, content: open, payloadHash: payloadHash);
        using var response = await _client.SendAsync(request, cancellationToken);
    }

    /// <summary>Copies an object onto itself, which makes it new.</summary>
    private async Task TouchAsync(string key, long size, CancellationToken cancellationToken)
    {
        if (size > MaximumCopy)
        {
            await CopyInPartsAsync(key, size, cancellationToken);
            return;
        }
        var request = Request($"keep {key}", HttpMethod.Put, key, content: Empty, change: message =>
        {
            message.Headers.TryAddWithoutValidation("x-amz-copy-source", _options.Address.SourceOf(key));
            message.Headers.TryAddWithoutValidation("x-amz-metadata-directive", "REPLACE");
            message.Headers.TryAddWithoutValidation("x-amz-meta-updated-at", _time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss '+0000 UTC'", CultureInfo.InvariantCulture));
        });
        using var response = await _client.SendAsync(request, cancellationToken);
        await ReadAnswerAsync(request, response, cancellationToken);
    }

    /// <summary>Some answers begin with success and turn out to be an error.</summary>
    private async Task<string> ReadAnswerAsync(StoreRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetString(await _client.ReadAsync(request, response, cancellationToken: cancellationToken));
        if (!text.Contains("<Error>", StringComparison.Ordinal))
            return text;
        var error = S3Errors.Read(response.StatusCode, text);
        throw new StoreException($"failed to {request.Purpose}: {Name} answered {error.Code}: {error.Message}") { Code = error.Code };
    }

    private StoreRequest Request(
        string purpose,
        HttpMethod method,
        string key,
        string query = "",
        Func<CancellationToken, ValueTask<HttpContent>>? content = null,
        string payloadHash = AwsSignature.EmptyPayload,
        Action<HttpRequestMessage>? change = null) => new(purpose, async token =>
        {
            var message = new HttpRequestMessage(method, _options.Address.Of(key, query));
            if (content is not null)
                message.Content = await content(token);
            change?.Invoke(message);
            _signature.Sign(message, payloadHash, _time.GetUtcNow());
            return message;
        });

    private static ValueTask<HttpContent> Empty(CancellationToken cancellationToken) => ValueTask.FromResult<HttpContent>(new ByteArrayContent([]));
}
