using System.Security.Cryptography;
using System.Text;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Stores.S3;

/// <summary>Objects that are too large for one request.</summary>
internal sealed partial class S3Store
{
    /// <summary>What S3 copies at once.</summary>
    private const long MaximumCopy = 5L << 30;

    /// <summary>S3's limit is 10,000.</summary>
    private const int MaximumParts = 9_000;

    private Task WriteInPartsAsync(string key, Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken)
    {
        var size = Math.Max(_options.PartSize, (blob.Size / MaximumParts) + 1);
        return InPartsAsync(key, async (upload, tags) =>
        {
            await using var stream = await open(cancellationToken);
            var buffer = new byte[Math.Min(size, blob.Size)];
            long sent = 0;
            while (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var length)
            {
                var request = Request(
                    $"write {key}",
                    HttpMethod.Put,
                    key,
                    $"partNumber={tags.Count + 1}&uploadId={AwsSignature.Encode(upload)}",
                    _ => ValueTask.FromResult<HttpContent>(new ByteArrayContent(buffer, 0, length)),
                    Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, length))));
                using var response = await _client.SendAsync(request, cancellationToken);
                tags.Add(response.Headers.ETag?.ToString() ?? throw new StoreException($"failed to write {key}: {Name} did not say how a part is called"));
                sent += length;
            }
            if (sent != blob.Size)
                throw new InvalidDataException($"{blob.Digest} has {sent} bytes, not {blob.Size}");
        }, cancellationToken);
    }

    private Task CopyInPartsAsync(string key, long size, CancellationToken cancellationToken) => InPartsAsync(key, async (upload, tags) =>
    {
        for (long start = 0; start < size; start += MaximumCopy)
        {
            var range = $"bytes={start}-{Math.Min(start + MaximumCopy, size) - 1}";
            var request = Request(
                $"keep {key}", HttpMethod.Put, key, $"partNumber={tags.Count + 1}&uploadId={AwsSignature.Encode(upload)}", Empty, change: message =>
                {
                    message.Headers.TryAddWithoutValidation("x-amz-copy-source", _options.Address.SourceOf(key));
                    message.Headers.TryAddWithoutValidation("x-amz-copy-source-range", range);
                });
            using var response = await _client.SendAsync(request, cancellationToken);
            tags.Add(XmlAnswer.Element(await ReadAnswerAsync(request, response, cancellationToken), "ETag")
                ?? throw new StoreException($"failed to keep {key}: {Name} did not say how a part is called"));
        }
    }, cancellationToken);

    private async Task InPartsAsync(string key, Func<string, List<string>, Task> send, CancellationToken cancellationToken)
    {
        var begin = Request($"write {key}", HttpMethod.Post, key, "uploads=", Empty);
        string upload;
        using (var response = await _client.SendAsync(begin, cancellationToken))
        {
            upload = XmlAnswer.Element(await ReadAnswerAsync(begin, response, cancellationToken), "UploadId")
                ?? throw new StoreException($"failed to write {key}: {Name} did not begin an upload; does it speak S3's API?");
        }
        try
        {
            var tags = new List<string>();
            await send(upload, tags);
            var parts = string.Concat(tags.Select((tag, i) => $"<Part><PartNumber>{i + 1}</PartNumber><ETag>{tag.Replace("\"", "&quot;", StringComparison.Ordinal)}</ETag></Part>"));
            var list = Encoding.UTF8.GetBytes($"<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{parts}</CompleteMultipartUpload>");
            var complete = Request(
                $"write {key}",
                HttpMethod.Post,
                key,
                $"uploadId={AwsSignature.Encode(upload)}",
                _ => ValueTask.FromResult<HttpContent>(new ByteArrayContent(list)),
                Digest.Sha256(list).Hex);
            using var response = await _client.SendAsync(complete, cancellationToken);
            await ReadAnswerAsync(complete, response, cancellationToken);
        }
        catch
        {
            await AbortAsync(key, upload);
            throw;
        }
    }

    /// <summary>Parts of an upload that nobody completes would be kept, and paid for.</summary>
    private async Task AbortAsync(string key, string upload)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            using var response = await _client.SendAsync(Request($"give up {key}", HttpMethod.Delete, key, $"uploadId={AwsSignature.Encode(upload)}"), patience.Token);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            // What went wrong before is what counts.
        }
    }
}
