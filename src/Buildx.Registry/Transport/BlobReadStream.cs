using Buildx.Oci;

namespace Buildx.Registry;

/// <summary>A blob as it comes in. Holds one of its host's transfer slots until it is disposed.</summary>
internal sealed class BlobReadStream : ResumingStream
{
    private readonly RegistryTransport _transport;
    private bool _disposed;

    private BlobReadStream(RemoteRepository repository, RegistryTransport transport, Descriptor blob, RegistryClientOptions options)
        : base(
            (offset, cancellationToken) => repository.SendForBlobAsync(transport, blob, offset, cancellationToken),
            blob.Size,
            (failures, last) => new RegistryException(
                $"failed to pull {repository.Name}@{blob.Digest}: the connection to {transport.Endpoint.Host} broke {failures} times: {last.Message}",
                RegistryErrorKind.Connection, transport.Endpoint.Host, last)
            {
                IsTemporary = true,
            },
            new ResumingStreamOptions(options.TransferAttempts, options.SilenceTimeout, RetryDelays.Get, options.TimeProvider)) => _transport = transport;

    public static async Task<Stream> OpenAsync(
        RemoteRepository repository, RegistryTransport transport, Descriptor blob, RegistryClientOptions options, CancellationToken cancellationToken)
    {
        await transport.Endpoint.Downloads.WaitAsync(cancellationToken);
        var stream = new BlobReadStream(repository, transport, blob, options);
        try
        {
            await stream.ConnectAsync(cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && !_disposed)
        {
            _disposed = true;
            _transport.Endpoint.Downloads.Release();
        }
    }
}
