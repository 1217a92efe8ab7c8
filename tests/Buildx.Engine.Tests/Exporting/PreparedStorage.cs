using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Exporting;

/// <summary>
/// A store whose layers are blobs made beforehand: for what exporters do with layers, not for how layers come about.
/// </summary>
internal sealed class PreparedStorage : IStorage, IContentStore, ILayerStore
{
    private readonly ConcurrentDictionary<Digest, byte[]> _blobs = [];
    private readonly Dictionary<LayerId, byte[]> _prepared = [];
    private readonly Dictionary<LayerId, (LayerBlob Blob, DateTimeOffset? Created)> _layers = [];

    public IContentStore Content => this;

    public ILayerStore Layers => this;

    public IRecordStore Records => throw new NotSupportedException();

    public IMutableDirectories Directories => throw new NotSupportedException();

    public IDirectoryArchives Archives => throw new NotSupportedException();

    public IHistoryTable History => throw new NotSupportedException();

    public IStepFacts Facts => throw new NotSupportedException();

    public ListedImages KeptImages { get; } = new();

    public IImageTable Images => KeptImages;

    public IReadOnlyCollection<KeyValuePair<Digest, long>> Blobs => [.. _blobs.Select(blob => KeyValuePair.Create(blob.Key, (long)blob.Value.Length))];

    public string TemporaryPath => Path.GetTempPath();

    public List<DateTimeOffset?> AskedRewrites { get; } = [];

    /// <summary>Adds a layer with one file.</summary>
    public LayerId AddLayer(string file, string text, DateTimeOffset? created = null, IBlobSource? source = null)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file)
            {
                DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar.GetBuffer().AsSpan(0, (int)tar.Length));
        var bytes = compressed.ToArray();
        var descriptor = new Descriptor(MediaTypes.OciLayerGzip, Digest.Sha256(bytes), bytes.Length);
        if (source is null)
            _blobs[descriptor.Digest] = bytes;
        var id = new LayerId($"layer-{_layers.Count}");
        _prepared.Add(id, bytes);
        _layers.Add(id, (new LayerBlob(descriptor, Digest.Sha256(tar.ToArray()), source), created));
        return id;
    }

    public Digest DiffIdOf(LayerId layer) => _layers[layer].Blob.DiffId;

    public Descriptor DescriptorOf(LayerId layer) => _layers[layer].Blob.Descriptor;

    public byte[] ReadPrepared(LayerId layer) => _prepared[layer];

    public byte[] Read(Digest digest) => _blobs[digest];

    public IStorageLease Lease() => new NoLease();

    public bool TryGetSize(Digest digest, out long size)
    {
        var found = _blobs.TryGetValue(digest, out var bytes);
        size = bytes?.Length ?? 0;
        return found;
    }

    public Stream OpenRead(Digest digest) => _blobs.TryGetValue(digest, out var bytes) ? new MemoryStream(bytes, writable: false) : throw new FileNotFoundException(digest.Value);

    public IBlobWriter Create() => new Writer(this);

    public ValueTask<LayerBlob> GetBlobAsync(LayerId layer, LayerCompression compression, CancellationToken cancellationToken)
    {
        if (compression.RewriteTimestamp is { } time)
        {
            lock (AskedRewrites)
                AskedRewrites.Add(time);
        }
        return ValueTask.FromResult(_layers[layer].Blob);
    }

    public DateTimeOffset? GetCreatedAt(LayerId layer) => _layers[layer].Created;

    public void Discard(LayerId layer) => throw new NotSupportedException();

    public LayerId AddImageLayer(Digest diffId, Descriptor blob, IBlobSource source) => throw new NotSupportedException();

    public ValueTask<IMountedSnapshot> MountAsync(Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IWritableSnapshot> MountWritableAsync(Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken) => throw new NotSupportedException();

    public bool IsAvailable(Snapshot snapshot) => true;

    public long GetSize(LayerId layer) => 0;

    public IReadOnlyList<UsageRecord> GetUsage(UsageFilter filter) => [];

    public Task PruneAsync(IReadOnlyList<PrunePolicy> policies, Action<UsageRecord> removed, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class NoLease : IStorageLease
    {
        public bool TryProtect(Snapshot snapshot) => true;

        public void Protect(Snapshot snapshot)
        {
        }

        public void Protect(Digest blob)
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class Writer(PreparedStorage storage) : IBlobWriter
    {
        private readonly MemoryStream _stream = new();

        public Stream Stream => _stream;

        public ValueTask<Digest> CommitAsync(Digest? expected, CancellationToken cancellationToken)
        {
            var digest = Digest.Sha256(_stream.ToArray());
            Assert.Equal(expected ?? digest, digest);
            storage._blobs[digest] = _stream.ToArray();
            return ValueTask.FromResult(digest);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
