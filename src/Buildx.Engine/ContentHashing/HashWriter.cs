using System.Buffers.Binary;
using System.Security.Cryptography;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.ContentHashing;

/// <summary>Feeds small values into a hash, some thousand at a time.</summary>
internal sealed class HashWriter : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[32 << 10];
    private int _used;

    public void Write(byte value) => Take(1)[0] = value;

    public void Write(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    public void Write(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    public void Write(long value) => Write((ulong)value);

    public void Write(in Hash256 value) => value.CopyTo(Take(SHA256.HashSizeInBytes));

    /// <summary>The length comes first, so that no two lists of texts look alike.</summary>
    public void Write(string text)
    {
        Reserve(sizeof(int) + LinuxPath.GetMaxByteCount(text));
        var length = LinuxPath.GetBytes(text, _buffer.AsSpan(_used + sizeof(int)));
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_used), length);
        _used += sizeof(int) + length;
    }

    /// <returns>The digest of everything so far; the next begins anew.</returns>
    public Digest ToDigest()
    {
        Flush();
        return Digest.FromSha256Hash(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private Span<byte> Take(int size)
    {
        Reserve(size);
        _used += size;
        return _buffer.AsSpan(_used - size, size);
    }

    private void Reserve(int size)
    {
        if (_buffer.Length - _used >= size)
            return;
        Flush();
        if (_buffer.Length < size)
            _buffer = new byte[size];
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _used);
        _used = 0;
    }
}
