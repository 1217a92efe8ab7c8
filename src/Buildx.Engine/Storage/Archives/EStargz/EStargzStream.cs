using System.Security.Cryptography;
using System.Text;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>
/// Makes a tar that is written to it an eStargz layer: gzip with a member of its own for each file, and for each 4 MiB of a large one, and
/// behind the tar a table that says where they are. Whoever knows nothing of it reads plain gzip; what is in the tar stays as it is.
/// </summary>
internal sealed class EStargzStream(Stream target, int level) : WriteOnlyStream
{
    private const int BlockSize = 512;
    private const int PieceSize = 4 << 20;

    /// <summary>Headers alone, as of many directories, get a new member then, so that none grows without bounds.</summary>
    private const int LongMember = 1 << 20;

    private const int MaximumHeader = 8 << 20;

    private readonly GzipMembers _members = new(target, level);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _fileHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _pieceHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<EStargzEntry> _entries = [];
    private readonly Dictionary<uint, string> _users = [];
    private readonly Dictionary<uint, string> _groups = [];
    private readonly MemoryStream _header = new();
    private readonly byte[] _block = new byte[BlockSize];

    private Part _part = Part.Header;
    private int _blockLength;
    private long _rest;
    private long _size;
    private int _firstEntry;
    private long _fileOffset;
    private long _pieceRest;
    private LayerTarEntry? _file;
    private bool _drops;

    private enum Part { Header, Extension, Content, Padding, End }

    /// <summary>Writes the table and the footer, when the tar is complete.</summary>
    /// <returns>The digest of all that the layer has when it is unpacked, the table included, and what its descriptor tells.</returns>
    /// <exception cref="InvalidDataException">The tar is not complete.</exception>
    public (Digest DiffId, EStargzFacts Facts) Finish()
    {
        if (_part != Part.End && (_part != Part.Header || _blockLength > 0 || _header.Length > 0))
            throw new InvalidDataException("the tar archive ends in the middle of an entry");
        var tableOffset = _members.Complete();
        var table = EStargzTable.Serialize(_entries, _members.OffsetOf);
        var tar = new MemoryStream();
        var writer = new LayerTarWriter(tar);
        writer.WriteHeader(new LayerTarEntry(LayerTarEntryType.Regular, EStargzTable.FileName) { Size = table.Length });
        tar.Write(table);
        writer.EndContent(table.Length);
        writer.Finish();
        Emit(tar.GetBuffer().AsSpan(0, (int)tar.Length));
        _members.Complete();
        target.Write(EStargzTable.Footer(tableOffset));
        return (Finish(_hash), new EStargzFacts(Digest.Sha256(table), _size));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
            buffer = buffer[Take(buffer)..];
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            _fileHash.Dispose();
            _pieceHash.Dispose();
            _header.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <returns>How much of it has been taken.</returns>
    private int Take(ReadOnlySpan<byte> buffer)
    {
        switch (_part)
        {
            case Part.Header:
                var missing = Math.Min(BlockSize - _blockLength, buffer.Length);
                buffer[..missing].CopyTo(_block.AsSpan(_blockLength));
                _blockLength += missing;
                if (_blockLength == BlockSize)
                    TakeBlock();
                return missing;
            case Part.Extension:
                var extension = (int)Math.Min(buffer.Length, _rest);
                _header.Write(buffer[..extension]);
                _rest -= extension;
                if (_rest == 0)
                    _part = Part.Header;
                return extension;
            case Part.Content:
                return TakeContent(buffer);
            case Part.Padding:
                var padding = (int)Math.Min(buffer.Length, _rest);
                EmitUnlessDropped(buffer[..padding]);
                _rest -= padding;
                if (_rest == 0)
                    _part = Part.Header;
                return padding;
            default:
                Emit(buffer);
                return buffer.Length;
        }
    }

    private void TakeBlock()
    {
        _blockLength = 0;
        if (_header.Length == 0 && !_block.AsSpan().ContainsAnyExcept((byte)0))
        {
            Emit(_block);
            _part = Part.End;
            return;
        }
        _header.Write(_block);
        if (_block[156] is (byte)'x' or (byte)'g' or (byte)'L' or (byte)'K')
        {
            _rest = (LayerTarReader.ReadNumber(_block.AsSpan(124, 12), "size") + BlockSize - 1) & ~(BlockSize - 1L);
            if (_rest < 0 || _header.Length + _rest > MaximumHeader)
                throw new InvalidDataException($"tar archive with extended headers of {_header.Length + _rest} bytes");
            if (_rest > 0)
                _part = Part.Extension;
            return;
        }
        _header.Position = 0;
        var entry = new LayerTarReader(_header).Next() ?? throw new InvalidDataException("tar archive with an extended header that nothing follows");
        // A layer that has a table already gets a new one.
        _drops = entry.Name is EStargzTable.FileName or "./" + EStargzTable.FileName or "/" + EStargzTable.FileName;
        if (_members.CurrentLength > LongMember)
            _members.Cut();
        EmitUnlessDropped(_header.GetBuffer().AsSpan(0, (int)_header.Length));
        _header.SetLength(0);
        Begin(entry);
    }

    private void Begin(LayerTarEntry entry)
    {
        (_file, _rest, _fileOffset, _pieceRest, _firstEntry) = (entry, entry.Size, 0, 0, _entries.Count);
        _part = entry.Size > 0 ? Part.Content : Part.Header;
        if (entry.Size == 0)
            Add(new EStargzEntry(entry, IsFurtherPiece: false, null, 0, 0, null) { Digest = entry.Type is LayerTarEntryType.Regular ? Digest.Sha256([]) : null });
    }

    private int TakeContent(ReadOnlySpan<byte> buffer)
    {
        if (_pieceRest == 0)
        {
            if (!_drops)
                _members.Cut();
            _pieceRest = Math.Min(PieceSize, _rest);
        }
        var taken = (int)Math.Min(buffer.Length, _pieceRest);
        EmitUnlessDropped(buffer[..taken]);
        _fileHash.AppendData(buffer[..taken]);
        _pieceHash.AppendData(buffer[..taken]);
        _pieceRest -= taken;
        _rest -= taken;
        if (_pieceRest > 0)
            return taken;
        var file = _file!;
        var end = file.Size - _rest;
        Add(new EStargzEntry(
            file, _fileOffset > 0, _members.Current, _fileOffset, end - _fileOffset == PieceSize ? PieceSize : 0, Finish(_pieceHash)));
        _fileOffset = end;
        if (_rest == 0)
        {
            var digest = Finish(_fileHash);
            if (!_drops)
                _entries[_firstEntry] = _entries[_firstEntry] with { Digest = digest };
            _rest = (BlockSize - (file.Size % BlockSize)) % BlockSize;
            _part = _rest > 0 ? Part.Padding : Part.Header;
        }
        return taken;
    }

    private void Add(EStargzEntry entry)
    {
        if (_drops)
            return;
        if (!entry.IsFurtherPiece)
            entry = entry with { UserName = NameOf(_users, entry.Header.Uid, _block.AsSpan(265, 32)), GroupName = NameOf(_groups, entry.Header.Gid, _block.AsSpan(297, 32)) };
        _entries.Add(entry);
    }

    private static string? NameOf(Dictionary<uint, string> known, uint id, ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        var name = Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
        if (name.Length == 0 || known.GetValueOrDefault(id) == name)
            return null;
        known[id] = name;
        return name;
    }

    private void EmitUnlessDropped(ReadOnlySpan<byte> data)
    {
        if (!_drops)
            Emit(data);
    }

    private void Emit(ReadOnlySpan<byte> data)
    {
        _hash.AppendData(data);
        _size += data.Length;
        _members.Write(data);
    }

    private static Digest Finish(IncrementalHash hash)
    {
        Span<byte> value = stackalloc byte[32];
        hash.GetHashAndReset(value);
        return Digest.FromSha256Hash(value);
    }
}
