using System.Net.Http.Headers;
using Buildx.Oci;

namespace Buildx.Registry;

public sealed partial class RemoteRepository
{
    /// <summary>Configs and the like are read into memory.</summary>
    private const int MaxSmallBlobSize = 32 * 1024 * 1024;

    /// <summary>
    /// Opens a blob for one sequential read. A connection that breaks is taken up again where it broke.
    /// </summary>
    /// <param name="verify">Compare the digest at the end; false for callers that do so themselves.</param>
    /// <exception cref="RegistryException">There is none (<see cref="RegistryErrorKind.NotFound"/>), or it cannot be had.</exception>
    /// <returns>Where <paramref name="verify"/> is set, reading its end throws <see cref="InvalidDataException"/> when it was something else.</returns>
    public async Task<Stream> OpenBlobAsync(Descriptor blob, bool verify = true, CancellationToken cancellationToken = default)
    {
        var stream = await ReadAsync(transport => BlobReadStream.OpenAsync(this, transport, blob, _options, cancellationToken), cancellationToken);
        return verify ? new VerifyingStream(stream, blob.Digest, blob.Size, source: Name) : stream;
    }

    /// <summary>Reads a small blob (an image's config) whole, verified.</summary>
    public async Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Size is < 0 or > MaxSmallBlobSize)
            throw Invalid(Origin.Endpoint, $"pull {Name}@{blob.Digest}", $"a {blob.MediaType} of {blob.Size} bytes is not plausible");
        return await FetchIntactAsync(() => ReadBlobOnceAsync(blob, cancellationToken), cancellationToken);
    }

    private async Task<byte[]> ReadBlobOnceAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await OpenBlobAsync(blob, verify: true, cancellationToken);
            var content = new MemoryStream((int)blob.Size);
            await stream.CopyToAsync(content, cancellationToken);
            return content.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new RegistryException($"failed to pull {Name}@{blob.Digest}: {e.Message}", RegistryErrorKind.Invalid, Registry, e) { IsDamage = true };
        }
    }

    /// <summary>Whether the registry has this blob in this repository.</summary>
    public async Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken)
    {
        var purpose = $"look for {Name}@{digest}";
        using var response = await Origin.SendAsync(
            new RegistryRequest(HttpMethod.Head, Origin.Endpoint.GetUri($"{Path}/blobs/{digest}"), purpose, PullScopes(Origin)), cancellationToken);
        return response.IsSuccessStatusCode
            || (IsMissing(response) ? false : throw await RegistryFailures.FromResponseAsync(Origin.Endpoint, purpose, response, cancellationToken));
    }

    internal async Task<HttpResponseMessage> SendForBlobAsync(
        RegistryTransport transport, Descriptor blob, long offset, CancellationToken cancellationToken)
    {
        var purpose = $"pull {Name}@{blob.Digest}";
        var response = await transport.SendAsync(
            new RegistryRequest(HttpMethod.Get, transport.Endpoint.GetUri($"{Path}/blobs/{blob.Digest}"), purpose, PullScopes(transport))
            {
                Range = offset > 0 ? new RangeHeaderValue(offset, null) : null,
                Attempts = AttemptsAt(transport),
            },
            cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await RegistryFailures.FromResponseAsync(transport.Endpoint, purpose, response, cancellationToken);
    }
}
