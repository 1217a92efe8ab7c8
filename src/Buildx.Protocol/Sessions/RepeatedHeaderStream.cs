using System.Buffers;
using System.Buffers.Binary;

namespace Buildx.Protocol.Sessions;

/// <summary>
/// Lies between an HTTP/2 client and its connection and splits header values at <see cref="RepeatedMetadata.Separator"/> into
/// header fields of their own. It relies on the handler writing such fields as plain literals, outside of HPACK's table.
/// </summary>
internal sealed class RepeatedHeaderStream(Stream inner, Action? ended = null) : UnseekableStream
{
    private const int FrameHeaderSize = 9;
    private const int MaxFrameSize = 16384;
    private const byte HeadersFrame = 1;
    private const byte ContinuationFrame = 9;
    private const byte EndHeadersFlag = 0x04;
    private const byte PaddedOrPriorityFlags = 0x28;

    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly ArrayBufferWriter<byte> _block = new(1024);
    private readonly byte[] _frame = new byte[FrameHeaderSize];
    private int _prefaceLeft = 24;
    private int _frameFill;
    private int _payloadLeft;
    private byte _headersFlags;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            if (count == 0 && !buffer.IsEmpty)
                ended?.Invoke();
            return count;
        }
        catch
        {
            ended?.Invoke();
            throw;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsWholeFramesWithoutHeaders(buffer.Span))
        {
            await inner.WriteAsync(buffer, cancellationToken);
            return;
        }
        _output.ResetWrittenCount();
        Rewrite(buffer.Span);
        if (_output.WrittenCount > 0)
            await inner.WriteAsync(_output.WrittenMemory, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override async ValueTask DisposeAsync()
    {
        ended?.Invoke();
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ended?.Invoke();
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private bool IsWholeFramesWithoutHeaders(ReadOnlySpan<byte> bytes)
    {
        if (_prefaceLeft > 0 || _frameFill > 0)
            return false;
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < FrameHeaderSize || bytes[3] is HeadersFrame or ContinuationFrame)
                return false;
            var length = FrameHeaderSize + PayloadLength(bytes);
            if (bytes.Length < length)
                return false;
            bytes = bytes[length..];
        }
        return true;
    }

    private void Rewrite(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            if (_prefaceLeft > 0)
            {
                var count = Math.Min(_prefaceLeft, input.Length);
                _output.Write(input[..count]);
                _prefaceLeft -= count;
                input = input[count..];
            }
            else if (_frameFill < FrameHeaderSize)
            {
                var count = Math.Min(FrameHeaderSize - _frameFill, input.Length);
                input[..count].CopyTo(_frame.AsSpan(_frameFill));
                _frameFill += count;
                input = input[count..];
                if (_frameFill == FrameHeaderSize)
                    BeginFrame();
            }
            else
            {
                var count = Math.Min(_payloadLeft, input.Length);
                (IsHeaders ? _block : _output).Write(input[..count]);
                _payloadLeft -= count;
                input = input[count..];
                if (_payloadLeft == 0)
                    EndFrame();
            }
        }
    }

    private bool IsHeaders => _frame[3] is HeadersFrame or ContinuationFrame;

    private void BeginFrame()
    {
        _payloadLeft = PayloadLength(_frame);
        if (_frame[3] == HeadersFrame)
        {
            _headersFlags = _frame[4];
            _block.ResetWrittenCount();
        }
        if (!IsHeaders)
            _output.Write(_frame);
        if (_payloadLeft == 0)
            EndFrame();
    }

    private void EndFrame()
    {
        _frameFill = 0;
        if (IsHeaders && (_frame[4] & EndHeadersFlag) != 0)
            WriteBlock();
    }

    private void WriteBlock()
    {
        var block = _block.WrittenSpan;
        if ((_headersFlags & PaddedOrPriorityFlags) == 0)
            block = HeaderBlock.SplitRepeated(block);
        var type = HeadersFrame;
        Span<byte> header = stackalloc byte[FrameHeaderSize];
        _frame.CopyTo(header);
        do
        {
            var count = Math.Min(block.Length, MaxFrameSize);
            header[0] = (byte)(count >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(header[1..], (ushort)count);
            header[3] = type;
            var last = count == block.Length ? EndHeadersFlag : (byte)0;
            header[4] = type == HeadersFrame ? (byte)((_headersFlags & ~EndHeadersFlag) | last) : last;
            _output.Write(header);
            _output.Write(block[..count]);
            block = block[count..];
            type = ContinuationFrame;
        }
        while (!block.IsEmpty);
    }

    private static int PayloadLength(ReadOnlySpan<byte> frame) => (frame[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(frame[1..]);
}
