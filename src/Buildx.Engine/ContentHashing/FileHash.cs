using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Buildx.Engine.ContentHashing;

/// <summary>The hash of one file's content and of its extended attributes (zero when it has none).</summary>
internal readonly record struct FileHash(Hash256 Content, Hash256 Attributes);

/// <summary>The bytes of a SHA-256.</summary>
[InlineArray(4)]
internal struct Hash256 : IEquatable<Hash256>
{
    private ulong _first;

    public static Hash256 From(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<Hash256>(bytes);

    public readonly void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    public readonly bool Equals(Hash256 other) =>
        this[0] == other[0] && this[1] == other[1] && this[2] == other[2] && this[3] == other[3];

    public readonly override bool Equals(object? obj) => obj is Hash256 other && Equals(other);

    public readonly override int GetHashCode() => this[0].GetHashCode();
}
