using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Buildx.Linux;

namespace Buildx.Engine.ContentHashing;

/// <summary>
/// Remembers hashes of files by device, inode, size and times, in memory and in one compact file. A file that was written to
/// less than two seconds before it was hashed is not remembered: a later write might leave its times as they are.
/// Losing the file, or the last entries, costs only time.
/// </summary>
internal sealed class FileHashCache : IDisposable
{
    private const int Version = 1;
    private const int HeaderSize = 16;
    private const int MaxEntries = 200_000;
    private const int SaveDelayMilliseconds = 2_000;
    private const long RacyNanoseconds = 2_000_000_000;

    private static readonly byte[] Magic = "bxhashes"u8.ToArray();

    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(ulong Device, ulong Inode), Entry> _entries = [];
    private readonly ITimer? _saving;
    private readonly Lock _saveLock = new();
    private int _dirty;
    private uint _generation = 1;

    /// <param name="path">The file it is kept in; null keeps it in memory only.</param>
    public FileHashCache(string? path, TimeProvider? time = null)
    {
        _path = path;
        _time = time ?? TimeProvider.System;
        if (path is null)
            return;
        Load();
        _saving = _time.CreateTimer(_ => Save(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count => _entries.Count;

    public bool TryGet(in FileIdentity identity, out FileHash hash)
    {
        if (_entries.TryGetValue((identity.Device, identity.Inode), out var entry) && entry.Identity == identity)
        {
            hash = entry.Hash;
            entry.Generation = _generation;
            return true;
        }
        hash = default;
        return false;
    }

    /// <param name="hashedAt">When reading the file began.</param>
    public void Add(in FileIdentity identity, in FileHash hash, DateTimeOffset hashedAt)
    {
        var began = FileTime.From(hashedAt).UnixNanoseconds;
        if (identity.Changed > began - RacyNanoseconds || identity.Modified > began - RacyNanoseconds)
            return;
        _entries[(identity.Device, identity.Inode)] = new Entry(identity, hash) { Generation = _generation };
        if (Interlocked.Exchange(ref _dirty, 1) == 0)
            _saving?.Change(TimeSpan.FromMilliseconds(SaveDelayMilliseconds), Timeout.InfiniteTimeSpan);
    }

    public DateTimeOffset Now => _time.GetUtcNow();

    public void Save()
    {
        if (_path is null || Interlocked.Exchange(ref _dirty, 0) == 0)
            return;
        lock (_saveLock)
        {
            Trim();
            var entries = _entries.Values;
            var temporary = _path + ".new";
            try
            {
                Write(temporary, entries);
                File.Move(temporary, _path, overwrite: true);
            }
            catch (IOException)
            {
                // A full disk is reported by those who cannot do without it.
            }
        }
    }

    public void Dispose()
    {
        _saving?.Dispose();
        Save();
    }

    private static void Write(string path, ICollection<Entry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.Create(path);
        var data = new byte[Unsafe.SizeOf<StoredEntry>() * 512];
        Magic.CopyTo(data, 0);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(12), entries.Count);
        Append(data.AsSpan(0, HeaderSize));
        foreach (var some in entries.Chunk(512))
        {
            var rows = MemoryMarshal.Cast<byte, StoredEntry>(data.AsSpan())[..some.Length];
            for (var i = 0; i < some.Length; i++)
                rows[i] = new StoredEntry { Identity = some[i].Identity, Hash = some[i].Hash, Generation = some[i].Generation };
            Append(MemoryMarshal.AsBytes(rows));
        }
        file.Write(hash.GetHashAndReset());

        void Append(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            file.Write(bytes);
        }
    }

    private void Trim()
    {
        if (_entries.Count <= MaxEntries)
            return;
        foreach (var (key, entry) in _entries.OrderBy(pair => pair.Value.Generation).Take(_entries.Count - (MaxEntries * 3 / 4)))
            _entries.TryRemove(KeyValuePair.Create(key, entry));
    }

    private void Load()
    {
        byte[] data;
        try
        {
            data = File.ReadAllBytes(_path!);
        }
        catch (IOException)
        {
            return;
        }
        var size = Unsafe.SizeOf<StoredEntry>();
        if (data.Length < HeaderSize + SHA256.HashSizeInBytes
            || !data.AsSpan().StartsWith(Magic)
            || BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(8)) != Version)
        {
            return;
        }
        var count = BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(12));
        if (count < 0 || data.Length != HeaderSize + ((long)count * size) + SHA256.HashSizeInBytes)
            return;
        var body = data.AsSpan(0, data.Length - SHA256.HashSizeInBytes);
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(data.AsSpan(body.Length)))
            return;
        uint newest = 0;
        foreach (ref readonly var row in MemoryMarshal.Cast<byte, StoredEntry>(body[HeaderSize..]))
        {
            _entries[(row.Identity.Device, row.Identity.Inode)] = new Entry(row.Identity, row.Hash) { Generation = row.Generation };
            newest = Math.Max(newest, row.Generation);
        }
        _generation = newest + 1;
    }

    private sealed class Entry(FileIdentity identity, FileHash hash)
    {
        public FileIdentity Identity { get; } = identity;

        public FileHash Hash { get; } = hash;

        /// <summary>The run of the engine that used it last.</summary>
        public uint Generation { get; set; }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct StoredEntry
    {
        public FileIdentity Identity;
        public FileHash Hash;
        public ulong Generation64;

        public uint Generation
        {
            readonly get => (uint)Generation64;
            set => Generation64 = value;
        }
    }
}
