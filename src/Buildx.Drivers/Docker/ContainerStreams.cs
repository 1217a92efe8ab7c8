using System.Buffers.Binary;
using System.Text;
using Buildx.Protocol;

namespace Buildx.Drivers.Docker;

/// <summary>
/// The standard streams of a container without a terminal as the Docker Engine sends them, in one: each piece has a header of eight
/// bytes (the stream, three zeros, the length as a big-endian number).
/// </summary>
/// <remarks><see href="https://docs.docker.com/reference/api/engine/version/v1.48/#tag/Container/operation/ContainerAttach"/></remarks>
internal sealed class ContainerStreams(Stream inner) : UnseekableStream
{
    private const byte Errors = 2;

    private readonly byte[] _header = new byte[8];
    private readonly StringBuilder _errors = new();
    private int _left;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public static async Task<(string Output, string Errors)> ReadAllAsync(Stream stream, CancellationToken cancellationToken)
    {
        var streams = new ContainerStreams(stream);
        using var output = new MemoryStream();
        await streams.CopyToAsync(output, cancellationToken);
        return (Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length), streams._errors.ToString());
    }

    /// <summary>What the program writes to its standard output.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left == 0)
        {
            var read = await inner.ReadAtLeastAsync(_header, _header.Length, throwOnEndOfStream: false, cancellationToken);
            if (read < _header.Length)
                return 0;
            _left = BinaryPrimitives.ReadInt32BigEndian(_header.AsSpan(4));
            if (_header[0] != Errors)
                continue;
            var errors = new byte[_left];
            await inner.ReadExactlyAsync(errors, cancellationToken);
            _errors.Append(Encoding.UTF8.GetString(errors));
            _left = 0;
        }
        var count = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= count;
        return count;
    }

    /// <summary>What the program reads.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
