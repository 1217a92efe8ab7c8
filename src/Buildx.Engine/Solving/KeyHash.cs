using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Buildx.Oci;

namespace Buildx.Engine.Solving;

/// <summary>Makes one key of several parts; each part's length counts, so that no two lists of parts give the same key by shifting.</summary>
internal sealed class KeyHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="purpose">Separates kinds of keys, e.g. <c>definition</c> from <c>content</c>.</param>
    public KeyHash(string purpose) => Add(purpose);

    public KeyHash Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    public KeyHash Add(Digest digest) => Add(digest.Value);

    public KeyHash Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        _hash.AppendData(bytes);
        return this;
    }

    public KeyHash Add(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.AppendData(bytes);
        return this;
    }

    public Digest ToDigest()
    {
        Span<byte> hash = stackalloc byte[32];
        _hash.GetCurrentHash(hash);
        return Digest.FromSha256Hash(hash);
    }

    public void Dispose() => _hash.Dispose();
}
