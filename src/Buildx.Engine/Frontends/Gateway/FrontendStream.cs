using System.Text;
using Buildx.Protocol;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>
/// The connection to a frontend, which looks at what comes first: a program that prints something instead of speaking HTTP/2 is
/// no frontend, and what it printed tells why.
/// </summary>
internal sealed class FrontendStream(Stream inner) : UnseekableStream
{
    private const int MaximumText = 500;
    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private int _seen;

    /// <summary>What the program printed instead of the protocol; null as long as it speaks it.</summary>
    public string? Foreign { get; private set; }

    /// <summary>Whether the protocol has begun.</summary>
    public bool HasBegun => Foreign is null && _seen == Preface.Length;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            if (count == 0)
                return 0;
            if (Foreign is null && IsExpected(buffer.Span[..count]))
                return count;
            // It is read to its end, for the message.
            Foreign ??= Encoding.UTF8.GetString(Preface.AsSpan(0, _seen));
            if (Foreign.Length < MaximumText)
                Foreign += Encoding.UTF8.GetString(buffer.Span[..count]);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private bool IsExpected(ReadOnlySpan<byte> data)
    {
        var length = Math.Min(data.Length, Preface.Length - _seen);
        if (!Preface.AsSpan(_seen, length).SequenceEqual(data[..length]))
            return false;
        _seen += length;
        return true;
    }
}
