using System.IO.Pipelines;

namespace Buildx.Protocol.Tests.Sessions;

/// <summary>Two streams of which one reads what the other writes.</summary>
internal static class DuplexStreamPair
{
    public static (Stream First, Stream Second) Create()
    {
        var (there, back) = (new Pipe(), new Pipe());
        return (new Half(back.Reader, there.Writer), new Half(there.Reader, back.Writer));
    }

    private sealed class Half(PipeReader reader, PipeWriter writer) : Stream
    {
        private readonly Stream _input = reader.AsStream();
        private readonly Stream _output = writer.AsStream();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => _output.Write(buffer, offset, count);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _output.WriteAsync(buffer, cancellationToken);
            await _output.FlushAsync(cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            _input.Dispose();
            _output.Dispose();
            base.Dispose(disposing);
        }
    }
}
