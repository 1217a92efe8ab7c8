using System.Buffers;
using Buildx.Engine.Server;
using Buildx.Protocol.FileSyncing;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Engine.Exporting.Files;

/// <summary>
/// One file that is written on the client's side. It is complete there only after <see cref="CompleteAsync"/>.
/// </summary>
internal sealed class FileSendStream : Stream
{
    // What the tunnel carries fastest.
    private const int ChunkSize = 256 * 1024;

    private readonly AsyncDuplexStreamingCall<BytesMessage, BytesMessage> _call;
    private readonly CancellationToken _cancellationToken;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
    private int _buffered;
    private bool _disposed;

    private FileSendStream(AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call, CancellationToken cancellationToken) =>
        (_call, _cancellationToken) = (call, cancellationToken);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static FileSendStream Open(ISession session, int exporterIndex, IReadOnlyDictionary<string, string>? response, CancellationToken cancellationToken) =>
        new(new FileSend.FileSendClient(session.Invoker).DiffCopy(FileSendCall.Headers(exporterIndex, response), cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Sends a whole file.</summary>
    /// <returns>False when the client has it already and wants nothing.</returns>
    public static async Task<bool> SendAsync(
        ISession session, int exporterIndex, IReadOnlyDictionary<string, string>? response, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        await using var stream = Open(session, exporterIndex, response, cancellationToken);
        try
        {
            await write(stream);
            await stream.CompleteAsync();
            return true;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.AlreadyExists)
        {
            return false;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ExportException("the client could not write the output: " + e.Status.Detail, e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var count = Math.Min(buffer.Length, ChunkSize - _buffered);
            buffer.Span[..count].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += count;
            buffer = buffer[count..];
            if (_buffered == ChunkSize)
                await SendBufferAsync();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <summary>Says that this was all, and waits until the client has taken it.</summary>
    public async Task CompleteAsync()
    {
        await SendBufferAsync();
        await _call.RequestStream.CompleteAsync();
        while (await _call.ResponseStream.MoveNext(_cancellationToken))
        {
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            // Unless it was completed, this cancels the call, and the client sees the file break off.
            _call.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
        }
        base.Dispose(disposing);
    }

    private async Task SendBufferAsync()
    {
        if (_buffered == 0)
            return;
        var message = new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(_buffer.AsMemory(0, _buffered)) };
        try
        {
            await _call.RequestStream.WriteAsync(message, _cancellationToken);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException || e is RpcException { StatusCode: StatusCode.OK })
        {
            // The client ended the call; its status says why.
            while (await _call.ResponseStream.MoveNext(_cancellationToken))
            {
            }
            throw new ExportException("the client closed its file before everything was written", e);
        }
        _buffered = 0;
    }
}
