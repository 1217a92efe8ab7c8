using Buildx.Protocol.FileSyncing;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Protocol.FileSync;

/// <summary>A file that is written at the other end of a session.</summary>
internal sealed class FileSendStream(AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call) : Stream
{
    // Below grpc-go's default limit of 4 MB for a message.
    private const int MaxMessageSize = 3 << 20;

    private bool _disposed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var count = Math.Min(buffer.Length, MaxMessageSize);
            try
            {
                await call.RequestStream.WriteAsync(new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(buffer[..count]) }, cancellationToken);
            }
            catch (Exception exception) when (exception is InvalidOperationException || exception is RpcException { StatusCode: StatusCode.OK })
            {
                // The client has ended the call: its status says why.
                await call.ResponseStream.MoveNext(cancellationToken);
                throw new IOException("The client has ended the export before it was complete.", exception);
            }
            buffer = buffer[count..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            using (call)
            {
                await call.RequestStream.CompleteAsync();
                while (await call.ResponseStream.MoveNext(CancellationToken.None))
                {
                    // Only the status is of interest.
                }
            }
        }
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            call.Dispose();
        }
        base.Dispose(disposing);
    }
}
