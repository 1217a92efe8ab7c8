using System.IO.Compression;

namespace Buildx.Engine.Storage;

/// <summary>A piece of input that is compressed apart from the others. Its memory is used again for the next.</summary>
internal sealed class GzipBlock(int size) : IDisposable
{
    private const int SampleSize = 32 * 1024;

    private readonly byte[] _input = new byte[size];
    private readonly MemoryStream _output = new();
    private int _length;

    public ReadOnlySpan<byte> Input => _input.AsSpan(0, _length);

    public ReadOnlySpan<byte> Output => _output.GetBuffer().AsSpan(0, (int)_output.Length);

    public bool IsFull => _length == _input.Length;

    /// <returns>How much was taken.</returns>
    public int Fill(ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(bytes.Length, _input.Length - _length);
        bytes[..taken].CopyTo(_input.AsSpan(_length));
        _length += taken;
        return taken;
    }

    public void Clear() => _length = 0;

    public void Dispose() => _output.Dispose();

    public GzipBlock Compress(int level)
    {
        // What is compressed or encrypted already only costs time: trying takes twenty times as long as storing it.
        Deflate(Input, level > 0 && IsFull && IsIncompressible() ? 0 : level);
        return this;
    }

    private bool IsIncompressible()
    {
        foreach (var start in (int[])[_length / 4, _length / 4 * 3])
        {
            Deflate(Input.Slice(start, SampleSize), 1);
            if (_output.Length < SampleSize - (SampleSize / 64))
                return false;
        }
        return true;
    }

    /// <summary>Ends on a byte's boundary, without saying that it is the last block.</summary>
    private void Deflate(ReadOnlySpan<byte> bytes, int level)
    {
        _output.SetLength(0);
        var deflate = new DeflateStream(_output, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);
        deflate.Write(bytes);
        deflate.Flush();
        // What disposing adds isn't taken.
        var length = _output.Length;
        deflate.Dispose();
        _output.SetLength(length);
    }
}
