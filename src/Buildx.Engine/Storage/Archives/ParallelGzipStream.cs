using System.Buffers.Binary;

namespace Buildx.Engine.Storage;

/// <summary>
/// Gzip, one member, whose input is cut into blocks of a fixed size that are compressed on as many cores as there are. The
/// cuts depend on the input alone, so the bytes are the same whatever the number of cores.
/// </summary>
/// <param name="cores">How many it may have; null for all.</param>
internal sealed class ParallelGzipStream(Stream target, int level, int? cores = null) : WriteOnlyStream
{
    private const int BlockSize = 1024 * 1024;

    private readonly Queue<Task<GzipBlock>> _running = [];
    private readonly int _maxRunning = cores ?? Environment.ProcessorCount + 1;
    private readonly Stack<GzipBlock> _unused = [];
    private GzipBlock _block = new(BlockSize);
    private uint _checksum;
    private uint _total;
    private bool _started;
    private bool _ended;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[_block.Fill(buffer)..];
            if (_block.IsFull)
                StartBlock();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended)
        {
            _ended = true;
            if (!_block.Input.IsEmpty)
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
            _block.Dispose();
            foreach (var block in _unused)
                block.Dispose();
        }
        base.Dispose(disposing);
    }

    private void StartBlock()
    {
        var block = _block;
        _checksum = Crc32.Append(_checksum, block.Input);
        _total += (uint)block.Input.Length;
        _running.Enqueue(Task.Run(() => block.Compress(level)));
        WriteHeader();
        while (_running.Count >= _maxRunning || (_running.Count > 0 && _running.Peek().IsCompleted))
            WriteBlock();
        if (!_unused.TryPop(out _block!))
            _block = new GzipBlock(BlockSize);
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
        target.Write(block.Output);
        block.Clear();
        _unused.Push(block);
    }
}
