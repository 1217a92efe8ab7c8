using System.Net;
using System.Net.Http.Headers;
using Buildx.Oci;

namespace Buildx.Registry;

public sealed partial class RemoteRepository
{
    /// <summary>Where a registry wants chunks, they have this size unless it asks for greater ones.</summary>
    private const int ChunkSize = 16 * 1024 * 1024;

    /// <summary>
    /// Brings a blob to the repository: nothing is sent where it is there, or where the registry has it in
    /// <paramref name="mountFrom"/>.
    /// </summary>
    /// <param name="open">Opens the content; called again for every attempt.</param>
    /// <param name="mountFrom">
    /// Another repository known to have the blob, as <c>registry/path</c>; it counts when it is on the same registry.
    /// </param>
    /// <param name="progress">Bytes sent so far.</param>
    public async Task<BlobPushResult> PushBlobAsync(
        Descriptor blob,
        Func<CancellationToken, ValueTask<Stream>> open,
        string? mountFrom = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (await HasBlobForPushAsync(blob, cancellationToken))
            return BlobPushResult.Existed;
        var from = PathOnThisRegistry(mountFrom);
        await Origin.Endpoint.Uploads.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await UploadAsync(blob, open, from, progress, cancellationToken);
                }
                catch (RegistryException e) when (e.IsTemporary && attempt < _options.TransferAttempts)
                {
                    progress?.Report(0);
                }
                catch (RegistryException e) when (from is not null && e.Kind is RegistryErrorKind.Unauthorized or RegistryErrorKind.Denied or RegistryErrorKind.NotFound)
                {
                    // The other repository may be none of ours. Without it the blob is simply sent.
                    from = null;
                }
                await Task.Delay(RetryDelays.Get(attempt), _options.TimeProvider, cancellationToken);
            }
        }
        finally
        {
            Origin.Endpoint.Uploads.Release();
        }
    }

    /// <inheritdoc cref="PushBlobAsync(Descriptor, Func{CancellationToken, ValueTask{Stream}}, string?, IProgress{long}?, CancellationToken)"/>
    public Task<BlobPushResult> PushBlobAsync(Descriptor blob, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        PushBlobAsync(
            blob, _ => ValueTask.FromResult<Stream>(new MemoryStream(content.ToArray(), writable: false)), cancellationToken: cancellationToken);

    private string? PathOnThisRegistry(string? repository)
    {
        return repository is not null && repository != Name && repository.StartsWith(Registry + "/", StringComparison.Ordinal)
            ? repository[(Registry.Length + 1)..]
            : null;
    }

    private async Task<bool> HasBlobForPushAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        // Asks with the right to push, so that the token serves the upload that follows.
        using var response = await Origin.SendAsync(
            new RegistryRequest(HttpMethod.Head, Origin.Endpoint.GetUri($"{Path}/blobs/{blob.Digest}"), $"push to {Name}", [TokenScope.Push(Path)]),
            cancellationToken);
        // A page of a proxy's is no blob.
        return response.IsSuccessStatusCode
            && (GetDigestHeader(response) is { } found ? found == blob.Digest : response.Content.Headers.ContentLength == blob.Size || blob.Size < 0);
    }

    private async Task<BlobPushResult> UploadAsync(
        Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, string? from, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var purpose = $"push {blob.Digest} to {Name}";
        IReadOnlyList<TokenScope> scopes = from is null ? [TokenScope.Push(Path)] : [TokenScope.Push(Path), TokenScope.Pull(from)];
        var query = from is null ? "" : $"mount={Uri.EscapeDataString(blob.Digest.Value)}&from={Uri.EscapeDataString(from)}";
        Uri location;
        long chunkMinimum;
        using (var response = await Origin.SendAsync(
            new RegistryRequest(HttpMethod.Post, Origin.Endpoint.GetUri($"{Path}/blobs/uploads/", query), purpose, scopes)
            {
                Content = _ => ValueTask.FromResult<HttpContent>(new ByteArrayContent([])),
            },
            cancellationToken))
        {
            if (response.StatusCode == HttpStatusCode.Created)
                return from is null ? BlobPushResult.Existed : BlobPushResult.Mounted;
            if (response.IsSuccessStatusCode && response.StatusCode != HttpStatusCode.Accepted)
                throw NotKept(response, purpose);
            if (response.StatusCode != HttpStatusCode.Accepted)
                throw await RegistryFailures.FromResponseAsync(Origin.Endpoint, purpose, response, cancellationToken);
            location = GetLocation(response, purpose);
            chunkMinimum = response.Headers.TryGetValues("OCI-Chunk-Min-Length", out var values) && long.TryParse(values.First(), out var minimum) ? minimum : 0;
        }

        using (var response = await PutAsync(location, blob, open, progress, purpose, scopes, cancellationToken))
        {
            if (response.IsSuccessStatusCode)
                return await CheckStoredAsync(response, blob, purpose, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.MethodNotAllowed or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.NotImplemented))
                throw await RegistryFailures.FromResponseAsync(Origin.Endpoint, purpose, response, cancellationToken);
        }
        return await UploadInChunksAsync(location, blob, open, (int)Math.Clamp(chunkMinimum, ChunkSize, int.MaxValue / 2), progress, purpose, scopes, cancellationToken);
    }

    private Task<HttpResponseMessage> PutAsync(
        Uri location, Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, IProgress<long>? progress, string purpose, IReadOnlyList<TokenScope> scopes,
        CancellationToken cancellationToken) =>
        SendBodyAsync(
            new RegistryRequest(HttpMethod.Put, WithDigest(location, blob.Digest), purpose, scopes)
            {
                Attempts = 1,
                Content = async token => new UploadContent(await open(token), blob.Size, progress),
            },
            cancellationToken);

    private async Task<BlobPushResult> UploadInChunksAsync(
        Uri location, Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, int chunkSize, IProgress<long>? progress, string purpose,
        IReadOnlyList<TokenScope> scopes, CancellationToken cancellationToken)
    {
        await using var content = await open(cancellationToken);
        var buffer = new byte[Math.Min(chunkSize, blob.Size)];
        for (long offset = 0; offset < blob.Size;)
        {
            var length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            if (length == 0)
                throw new EndOfStreamException($"{blob.Digest} has only {offset} of {blob.Size} bytes");
            var start = offset;
            using var response = await SendBodyAsync(
                new RegistryRequest(HttpMethod.Patch, location, purpose, scopes)
                {
                    Attempts = 1,
                    Content = _ =>
                    {
                        var chunk = new ByteArrayContent(buffer, 0, length);
                        chunk.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                        // Not the form of HTTP's Content-Range: the distribution specification has no unit.
                        chunk.Headers.TryAddWithoutValidation("Content-Range", $"{start}-{start + length - 1}");
                        return ValueTask.FromResult<HttpContent>(chunk);
                    },
                },
                cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw await RegistryFailures.FromResponseAsync(Origin.Endpoint, purpose, response, cancellationToken);
            location = GetLocation(response, purpose);
            offset += length;
            progress?.Report(offset);
        }
        using var last = await Origin.SendAsync(
            new RegistryRequest(HttpMethod.Put, WithDigest(location, blob.Digest), purpose, scopes)
            {
                Attempts = 1,
                Content = _ => ValueTask.FromResult<HttpContent>(new ByteArrayContent([])),
            },
            cancellationToken);
        return last.IsSuccessStatusCode
            ? await CheckStoredAsync(last, blob, purpose, cancellationToken)
            : throw await RegistryFailures.FromResponseAsync(Origin.Endpoint, purpose, last, cancellationToken);
    }

    /// <summary>A body that breaks off is a temporary failure: the upload starts again from the beginning.</summary>
    private async Task<HttpResponseMessage> SendBodyAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await Origin.SendAsync(request, cancellationToken);
        }
        catch (IOException e)
        {
            throw new RegistryException($"failed to {request.Purpose}: {e.Message}", RegistryErrorKind.Connection, Origin.Endpoint.Host, e);
        }
    }

    private async Task<BlobPushResult> CheckStoredAsync(HttpResponseMessage response, Descriptor blob, string purpose, CancellationToken cancellationToken)
    {
        var stored = GetDigestHeader(response);
        if (stored is { } other && other != blob.Digest)
            throw Invalid(Origin.Endpoint, purpose, $"{Origin.Endpoint.DisplayName} stored {other} instead");
        if (!SaysCreated(response) && !await HasBlobForPushAsync(blob, cancellationToken))
            throw NotKept(response, purpose);
        return BlobPushResult.Uploaded;
    }

    /// <summary>The answer that the specification wants. Others that sound like a success come also from proxies that have stored nothing.</summary>
    private static bool SaysCreated(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.Created || GetDigestHeader(response) is not null;

    private RegistryException NotKept(HttpResponseMessage response, string purpose) => new(
        $"failed to {purpose}: {Origin.Endpoint.DisplayName} answered {(int)response.StatusCode} and has not kept it; is it a registry, and nothing in between that answers for it?",
        RegistryErrorKind.Invalid, Origin.Endpoint.Host)
    {
        IsTemporary = true,
    };

    private Uri GetLocation(HttpResponseMessage response, string purpose) =>
        response.Headers.Location is { } location
            ? new Uri(response.RequestMessage!.RequestUri!, location)
            : throw Invalid(Origin.Endpoint, purpose, $"{Origin.Endpoint.DisplayName} did not say where to upload to");

    private static Uri WithDigest(Uri location, Digest digest)
    {
        var query = location.Query.Length > 1 ? location.Query[1..] + "&" : "";
        return new UriBuilder(location) { Query = $"{query}digest={Uri.EscapeDataString(digest.Value)}" }.Uri;
    }
}
