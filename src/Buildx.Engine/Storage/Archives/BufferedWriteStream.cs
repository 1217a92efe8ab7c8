namespace Buildx.Engine.Storage;

/// <summary>Collects small writes. Leaves the stream below open, which <see cref="BufferedStream"/> doesn't.</summary>
internal sealed class BufferedWriteStream(Stream inner) : WriteOnlyStream
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _length;

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

    public override void Flush()
    {
        inner.Write(_buffer.AsSpan(0, _length));
        _length = 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Flush();
        base.Dispose(disposing);
    }
}
