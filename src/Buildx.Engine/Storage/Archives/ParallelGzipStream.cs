using System.Buffers.Binary;
using System.IO.Compression;

namespace Buildx.Engine.Storage;

/// <summary>
/// Gzip, one member, whose input is cut into blocks of a fixed size that are compressed on as many cores as there are. The
/// cuts depend on the input alone, so the bytes are the same whatever the number of cores.
/// </summary>
/// <param name="cores">How many it may have; null for all.</param>
internal sealed class ParallelGzipStream(Stream target, int level, int? cores = null) : WriteOnlyStream
{
    private const int BlockSize = 1024 * 1024;

    private readonly Queue<Task<Block>> _running = [];
    private readonly int _maxRunning = cores ?? Environment.ProcessorCount + 1;
    private byte[] _input = new byte[BlockSize];
    private int _inputLength;
    private uint _checksum;
    private uint _total;
    private bool _started;
    private bool _ended;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var length = Math.Min(buffer.Length, BlockSize - _inputLength);
            buffer[..length].CopyTo(_input.AsSpan(_inputLength));
            _inputLength += length;
            buffer = buffer[length..];
            if (_inputLength == BlockSize)
                StartBlock();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended)
        {
            _ended = true;
            if (_inputLength > 0)
                StartBlock();
            WriteHeader();
            while (_running.Count > 0)
                WriteBlock();
            // An empty last block, then the checks.
            Span<byte> end = stackalloc byte[10];
            (end[0], end[1]) = (3, 0);
            BinaryPrimitives.WriteUInt32LittleEndian(end[2..], _checksum);
            BinaryPrimitives.WriteUInt32LittleEndian(end[6..], _total);
            target.Write(end);
        }
        base.Dispose(disposing);
    }

    private void StartBlock()
    {
        _checksum = Crc32.Append(_checksum, _input.AsSpan(0, _inputLength));
        _total += (uint)_inputLength;
        var (input, length) = (_input, _inputLength);
        _running.Enqueue(Task.Run(() => Compress(input, length, level)));
        _inputLength = 0;
        _input = [];
        WriteHeader();
        while (_running.Count >= _maxRunning || (_running.Count > 0 && _running.Peek().IsCompleted))
            WriteBlock();
        if (_input.Length == 0)
            _input = new byte[BlockSize];
    }

    private void WriteHeader()
    {
        if (_started)
            return;
        _started = true;
        // No name, no time, system unknown.
        target.Write([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    }

    private void WriteBlock()
    {
        var block = _running.Dequeue().GetAwaiter().GetResult();
        target.Write(block.Output.AsSpan(0, block.Length));
        _input = block.Input;
    }

    private static Block Compress(byte[] input, int length, int level)
    {
        var output = new MemoryStream(length / 2);
        using var deflate = new DeflateStream(output, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);
        deflate.Write(input, 0, length);
        // Ends on a byte's boundary, without saying that it's the last block; what disposing adds isn't taken.
        deflate.Flush();
        var end = (int)output.Length;
        return new Block(input, output.GetBuffer(), end);
    }

    private sealed record Block(byte[] Input, byte[] Output, int Length);
}
