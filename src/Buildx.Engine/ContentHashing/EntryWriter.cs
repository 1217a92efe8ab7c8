using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Buildx.Linux;

namespace Buildx.Engine.ContentHashing;

/// <summary>Feeds files into a hash in a form that no two different lists share: every part has its length in front.</summary>
internal sealed class EntryWriter : IDisposable
{
    private const byte FileMark = 1;
    private const byte EndMark = 0;
    private const int FixedSize = 1 + (3 * 4) + (3 * 4) + (2 * 8) + (2 * 32);

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);

    public void WriteContent(IncrementalHash? hash, HashedFile file)
    {
        if (hash is null)
            return;
        var status = file.Read ?? file.Entry.Status;
        var link = file.Entry.LinkTarget ?? "";
        var span = Reserve(FixedSize + LinuxPath.GetMaxByteCount(file.Name) + LinuxPath.GetMaxByteCount(link));
        var at = 0;
        span[at++] = FileMark;
        Put32(span, ref at, file.Read is { } read ? (file.Entry.Status.Mode & ~0xfffu) | read.Permissions : status.Mode);
        Put32(span, ref at, file.Entry.Status.Uid);
        Put32(span, ref at, file.Entry.Status.Gid);
        Put32(span, ref at, status.SpecialDevice.Major);
        Put32(span, ref at, status.SpecialDevice.Minor);
        PutText(span, ref at, file.Name);
        PutText(span, ref at, link);
        BinaryPrimitives.WriteInt64LittleEndian(span[at..], status.IsRegular ? status.Size : 0);
        at += 8;
        file.Hash.Content.CopyTo(span[at..]);
        at += 32;
        file.Hash.Attributes.CopyTo(span[at..]);
        at += 32;
        hash.AppendData(span[..at]);
    }

    public void WriteStamp(IncrementalHash hash, HashedFile file)
    {
        var status = file.Read ?? file.Entry.Status;
        var span = Reserve(128 + LinuxPath.GetMaxByteCount(file.Name));
        var at = 0;
        span[at++] = FileMark;
        PutText(span, ref at, file.Name);
        Put64(span, ref at, status.Device.Value);
        Put64(span, ref at, status.Inode);
        Put64(span, ref at, status.Mode);
        Put64(span, ref at, (ulong)status.Size);
        Put64(span, ref at, (ulong)status.ModifiedAt.UnixNanoseconds);
        Put64(span, ref at, (ulong)status.ChangedAt.UnixNanoseconds);
        hash.AppendData(span[..at]);
    }

    public void WriteEnd(IncrementalHash? content, IncrementalHash stamp)
    {
        ReadOnlySpan<byte> end = [EndMark];
        content?.AppendData(end);
        stamp.AppendData(end);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private Span<byte> Reserve(int size)
    {
        if (_buffer.Length < size)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(size);
        }
        return _buffer;
    }

    private static void Put32(Span<byte> span, ref int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(span[at..], value);
        at += 4;
    }

    private static void Put64(Span<byte> span, ref int at, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(span[at..], value);
        at += 8;
    }

    private static void PutText(Span<byte> span, ref int at, string text)
    {
        var length = LinuxPath.GetBytes(text, span[(at + 4)..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[at..], length);
        at += 4 + length;
    }
}
