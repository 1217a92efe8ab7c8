using System.Net;
using Buildx.Oci;

namespace Buildx.Registry;

/// <summary>
/// A blob as it comes in. Where the connection breaks, or ends too early, it goes on with a range request. Holds one of
/// its host's transfer slots until it is disposed.
/// </summary>
internal sealed class BlobReadStream : Stream
{
    private readonly RemoteRepository _repository;
    private readonly RegistryTransport _transport;
    private readonly Descriptor _blob;
    private readonly RegistryClientOptions _options;
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private int _failures;
    private bool _disposed;

    private BlobReadStream(RemoteRepository repository, RegistryTransport transport, Descriptor blob, RegistryClientOptions options) =>
        (_repository, _transport, _blob, _options) = (repository, transport, blob, options);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _blob.Size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Exception failure;
            try
            {
                if (_body is null)
                    await ConnectAsync(cancellationToken);
                var count = await ReadBodyAsync(buffer, cancellationToken);
                _position += count;
                if (count > 0)
                {
                    _failures = 0;
                    return count;
                }
                if (buffer.Length == 0 || _blob.Size < 0 || _position >= _blob.Size)
                    return 0;
                failure = new EndOfStreamException($"it ended after {_position} of {_blob.Size} bytes");
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                failure = e;
            }
            Disconnect();
            if (++_failures >= _options.TransferAttempts)
            {
                throw new RegistryException(
                    $"failed to pull {_repository.Name}@{_blob.Digest}: the connection to {_transport.Endpoint.Host} broke {_failures} times: {failure.Message}",
                    RegistryErrorKind.Connection, _transport.Endpoint.Host, failure)
                {
                    IsTemporary = true,
                };
            }
            await Task.Delay(RetryDelays.Get(_failures), _options.TimeProvider, cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Decompressors that know only the synchronous way run on threads of their own.
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            Disconnect();
            _transport.Endpoint.Downloads.Release();
        }
        base.Dispose(disposing);
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        _response = await _repository.SendForBlobAsync(_transport, _blob, _position, cancellationToken);
        _body = await _response.Content.ReadAsStreamAsync(cancellationToken);
        // A server may ignore the range and start from the beginning.
        if (_position > 0 && _response.StatusCode != HttpStatusCode.PartialContent)
            await SkipAsync(_body, _position, cancellationToken);
    }

    private async ValueTask<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(_options.SilenceTimeout);
        try
        {
            return await _body!.ReadAsync(buffer, silence.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {_options.SilenceTimeout.TotalSeconds} seconds", e);
        }
    }

    private static async Task SkipAsync(Stream body, long count, CancellationToken cancellationToken)
    {
        var buffer = new byte[81920];
        while (count > 0)
        {
            var read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), cancellationToken);
            if (read == 0)
                throw new EndOfStreamException("it is shorter than it was before");
            count -= read;
        }
    }

    private void Disconnect()
    {
        _body?.Dispose();
        _response?.Dispose();
        (_body, _response) = (null, null);
    }
}
