using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Buildx.Engine.Storage;

/// <summary>
/// A gzip file of many members, each of which can be read by itself. They are compressed on as many cores as there are; the bytes are the
/// same on any number.
/// </summary>
internal sealed class GzipMembers(Stream target, int level)
{
    /// <summary>What may wait to be compressed or written.</summary>
    private const long MaximumWaiting = 32 << 20;

    private const int MaximumMembers = 256;

    private readonly Queue<(Task<MemoryStream> Work, long Length)> _running = [];
    private readonly List<long> _offsets = [];
    private ArrayBufferWriter<byte> _current = new();
    private long _waiting;
    private long _written;

    /// <summary>The number of the member that is written now.</summary>
    public int Current => _offsets.Count + _running.Count;

    /// <summary>Bytes of it so far.</summary>
    public long CurrentLength => _current.WrittenCount;

    public void Write(ReadOnlySpan<byte> data) => _current.Write(data);

    /// <summary>Ends the member, if it has begun.</summary>
    public void Cut()
    {
        if (_current.WrittenCount == 0)
            return;
        var input = _current;
        _running.Enqueue((Task.Run(() => Compress(input.WrittenSpan)), input.WrittenCount));
        _waiting += input.WrittenCount;
        _current = new ArrayBufferWriter<byte>();
        while (_waiting > MaximumWaiting || _running.Count > MaximumMembers || (_running.Count > 0 && _running.Peek().Work.IsCompleted))
            WriteNext();
    }

    /// <summary>Ends the last member.</summary>
    /// <returns>How long the file is now.</returns>
    public long Complete()
    {
        Cut();
        while (_running.Count > 0)
            WriteNext();
        return _written;
    }

    /// <summary>Where a member begins that is complete.</summary>
    public long OffsetOf(int member) => _offsets[member];

    private void WriteNext()
    {
        var (work, length) = _running.Dequeue();
        var output = work.GetAwaiter().GetResult();
        _waiting -= length;
        _offsets.Add(_written);
        target.Write(output.GetBuffer(), 0, (int)output.Length);
        _written += output.Length;
    }

    private MemoryStream Compress(ReadOnlySpan<byte> data)
    {
        var output = new MemoryStream((data.Length / 2) + 64);
        // No name, no time, system unknown.
        output.Write([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
        using (var deflate = new DeflateStream(output, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true))
            deflate.Write(data);
        Span<byte> end = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(end, Crc32.Append(0, data));
        BinaryPrimitives.WriteUInt32LittleEndian(end[4..], (uint)data.Length);
        output.Write(end);
        return output;
    }
}
