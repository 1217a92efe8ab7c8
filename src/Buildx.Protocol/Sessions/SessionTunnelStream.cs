using Buildx.Protocol.ControlApi;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Protocol.Sessions;

/// <summary>
/// The bytes that travel in the messages of <c>Control.Session</c>, as a stream. Reading and writing are independent of each
/// other; at most one of each may be under way.
/// </summary>
public sealed class SessionTunnelStream : UnseekableStream
{
    /// <summary>The greatest payload of one message; larger ones are not faster.</summary>
    public const int MaxMessageSize = 32 * 1024;

    private readonly IAsyncStreamReader<BytesMessage> _reader;
    private readonly IAsyncStreamWriter<BytesMessage> _writer;
    private readonly Func<Task>? _completeWriting;
    private readonly Action? _close;
    private ReadOnlyMemory<byte> _rest;
    private bool _ended;
    private bool _disposed;

    private SessionTunnelStream(IAsyncStreamReader<BytesMessage> reader, IAsyncStreamWriter<BytesMessage> writer, Func<Task>? completeWriting, Action? close)
    {
        (_reader, _writer, _completeWriting, _close) = (reader, writer, completeWriting, close);
    }

    /// <summary>The tunnel as the daemon sees it, inside its implementation of <c>Control.Session</c>.</summary>
    public static SessionTunnelStream FromServerCall(IAsyncStreamReader<BytesMessage> requests, IServerStreamWriter<BytesMessage> responses) =>
        new(requests, responses, null, null);

    /// <summary>The tunnel as the client sees it, which has called <c>Control.Session</c>. Disposing ends the call.</summary>
    public static SessionTunnelStream FromClientCall(AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call) =>
        new(call.ResponseStream, call.RequestStream, call.RequestStream.CompleteAsync, call.Dispose);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        while (_rest.IsEmpty)
        {
            if (_ended)
                return 0;
            try
            {
                if (!await _reader.MoveNext(cancellationToken))
                {
                    _ended = true;
                    return 0;
                }
            }
            catch (RpcException exception)
            {
                _ended = true;
                throw new IOException($"The session's tunnel broke: {exception.Status.Detail}", exception);
            }
            _rest = _reader.Current.Data.Memory;
        }
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var count = Math.Min(buffer.Length, MaxMessageSize);
            try
            {
                // The message is serialised before the write ends, so the caller's memory isn't kept.
                await _writer.WriteAsync(new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(buffer[..count]) }, cancellationToken);
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException)
            {
                throw new IOException("The session's tunnel is closed.", exception);
            }
            buffer = buffer[count..];
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            try
            {
                if (_completeWriting is not null)
                    await _completeWriting();
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException or OperationCanceledException)
            {
                // The other side was faster.
            }
            _close?.Invoke();
        }
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _close?.Invoke();
        }
        base.Dispose(disposing);
    }
}
