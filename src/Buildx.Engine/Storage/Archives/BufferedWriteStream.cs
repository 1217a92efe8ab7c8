namespace Buildx.Engine.Storage;

/// <summary>Collects small writes. Leaves the stream below open, which <see cref="BufferedStream"/> doesn't.</summary>
internal sealed class BufferedWriteStream(Stream inner) : Stream
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _length;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > _buffer.Length - _length)
            Flush();
        if (buffer.Length >= _buffer.Length)
        {
            inner.Write(buffer);
            return;
        }
        buffer.CopyTo(_buffer.AsSpan(_length));
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        inner.Write(_buffer.AsSpan(0, _length));
        _length = 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Flush();
        base.Dispose(disposing);
    }
}
