using System.Security.Cryptography;

namespace Buildx.Oci;

/// <summary>
/// Passes content through and compares size and digest at its end: the read that would report the end throws when they are
/// not what the descriptor says. Whoever did not read to the end has verified nothing.
/// </summary>
public sealed class VerifyingStream : Stream
{
    private readonly Stream _inner;
    private readonly Digest _expected;
    private readonly long _size;
    private readonly IncrementalHash _hash;
    private readonly bool _leaveOpen;
    private readonly string _from;
    private long _read;
    private bool _verified;

    /// <param name="size">Expected length; negative when it is not known.</param>
    /// <param name="source">Where the content comes from, for errors.</param>
    public VerifyingStream(Stream inner, Digest expected, long size, bool leaveOpen = false, string? source = null)
    {
        _inner = inner;
        _expected = expected;
        _size = size;
        _leaveOpen = leaveOpen;
        _from = source is null ? "" : $" from {source}";
        _hash = IncrementalHash.CreateHash(AlgorithmOf(expected));
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _size >= 0 ? _size : throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = _inner.Read(buffer);
        Account(buffer[..count], atEnd: count == 0 && buffer.Length > 0);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _inner.ReadAsync(buffer, cancellationToken);
        Account(buffer.Span[..count], atEnd: count == 0 && buffer.Length > 0);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            if (!_leaveOpen)
                _inner.Dispose();
        }
        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_leaveOpen)
            await _inner.DisposeAsync();
        await base.DisposeAsync();
    }

    private void Account(ReadOnlySpan<byte> data, bool atEnd)
    {
        if (_verified)
            return;
        _read += data.Length;
        _hash.AppendData(data);
        if (_size >= 0 && _read > _size)
            throw new InvalidDataException($"{_expected}{_from} has more than the {_size} bytes that were announced");
        if (!atEnd)
            return;
        if (_size >= 0 && _read != _size)
            throw new InvalidDataException($"{_expected}{_from} has {_read} bytes, {_size} were announced");
        var actual = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (actual != _expected.Hex)
            throw new InvalidDataException($"content{_from} that should be {_expected} is {_expected.Algorithm}:{actual}");
        _verified = true;
    }

    private static HashAlgorithmName AlgorithmOf(Digest digest) => digest.Algorithm switch
    {
        "sha256" => HashAlgorithmName.SHA256,
        "sha384" => HashAlgorithmName.SHA384,
        "sha512" => HashAlgorithmName.SHA512,
        var other => throw new ArgumentException($"no digest, or of an unknown algorithm: \"{other}\""),
    };
}
