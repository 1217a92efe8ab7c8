using System.Collections.Concurrent;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>Blobs as files named by digest. A file under that name is complete and was verified; a row in the database says that it's there.</summary>
internal sealed class ContentStore : IContentStore
{
    private readonly StorageLayout _layout;
    private readonly StateDatabase _database;
    private readonly TimeProvider _time;
    private readonly Trash _trash;
    private readonly ConcurrentDictionary<Digest, long> _sizes = [];
    private readonly Lock _lock = new();
    private long _counter;

    public ContentStore(StorageLayout layout, StateDatabase database, TimeProvider time, Trash trash)
    {
        (_layout, _database, _time, _trash) = (layout, database, time, trash);
        foreach (var (digest, size) in database.Query("SELECT digest, size FROM blobs", row => (Digest.Parse(row.GetString(0)), row.GetInt64(1))))
            _sizes[digest] = size;
    }

    public IReadOnlyCollection<KeyValuePair<Digest, long>> Blobs => [.. _sizes];

    public bool TryGetSize(Digest digest, out long size) => _sizes.TryGetValue(digest, out size);

    public Stream OpenRead(Digest digest)
    {
        if (!_sizes.ContainsKey(digest))
            throw new FileNotFoundException($"there is no blob {digest} in the content store");
        return new FileStream(_layout.GetBlobPath(digest), new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
    }

    public IBlobWriter Create() =>
        new BlobWriter(this, Path.Combine(_layout.Ingest, $"{Environment.ProcessId}-{Interlocked.Increment(ref _counter)}"));

    /// <summary>Takes over a complete file whose digest was computed.</summary>
    public void Add(string path, Digest digest, long size)
    {
        var target = _layout.GetBlobPath(digest);
        if (digest.Algorithm != "sha256")
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        lock (_lock)
        {
            FileSystem.RenameAt(null, path, null, target);
            _database.Execute(
                "INSERT INTO blobs VALUES($1,$2,$3,0) ON CONFLICT(digest) DO UPDATE SET last_used_at=excluded.last_used_at",
                digest.Value, size, _time.GetUtcNow().UtcTicks);
            _sizes[digest] = size;
        }
    }

    public void Remove(Digest digest)
    {
        lock (_lock)
        {
            if (!_sizes.TryRemove(digest, out _))
                return;
            _database.Execute("DELETE FROM blobs WHERE digest=$1", digest.Value);
            _trash.Throw(_layout.GetBlobPath(digest));
        }
    }
}
