using System.Net;

namespace Buildx.Registry;

/// <summary>One sequential read over HTTP. Where the connection breaks, or ends too early, it goes on from there with another request.</summary>
/// <param name="open">Asks for all from an offset on.</param>
/// <param name="size">In bytes; negative when nobody knows.</param>
/// <param name="fail">The exception to throw after so many failures, with the last one.</param>
public class ResumingStream(
    Func<long, CancellationToken, Task<HttpResponseMessage>> open, long size, Func<int, Exception, Exception> fail, ResumingStreamOptions options) : Stream
{
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private int _failures;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Connects, so that what is missing is known before the first read.</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        _response = await open(_position, cancellationToken);
        _body = await _response.Content.ReadAsStreamAsync(cancellationToken);
        // A server may ignore the range and start from the beginning.
        if (_position > 0 && _response.StatusCode != HttpStatusCode.PartialContent)
            await SkipAsync(_body, _position, cancellationToken);
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
                if (buffer.Length == 0 || size < 0 || _position >= size)
                    return 0;
                failure = new EndOfStreamException($"it ended after {_position} of {size} bytes");
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                failure = e;
            }
            Disconnect();
            if (++_failures >= options.Attempts)
                throw fail(_failures, failure);
            await Task.Delay(options.Delay(_failures), options.Time, cancellationToken);
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
        if (disposing)
            Disconnect();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(options.Silence);
        try
        {
            return await _body!.ReadAsync(buffer, silence.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {options.Silence.TotalSeconds} seconds", e);
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
