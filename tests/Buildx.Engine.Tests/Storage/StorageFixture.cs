using System.Formats.Tar;
using System.IO.Compression;
using Buildx.Engine.Storage;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Storage;

/// <summary>A store in a directory of its own.</summary>
internal sealed class StorageFixture : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("storage-").FullName;

    public string Root => Path.Combine(_directory, "root");

    public string Scratch => Directory.CreateDirectory(Path.Combine(_directory, "scratch")).FullName;

    public FakeTime Time { get; } = new();

    public EngineStorage Store { get; private set; } = null!;

    public ILayerStore Layers => Store.Layers;

    public static async Task<StorageFixture> CreateAsync()
    {
        var fixture = new StorageFixture();
        await fixture.OpenAsync();
        return fixture;
    }

    public async Task OpenAsync(string bootId = "boot-1") =>
        Store = await EngineStorage.OpenAsync(Root, new StorageOptions { Time = Time, BootId = bootId }, TestContext.Current.CancellationToken);

    public async Task ReopenAsync(string bootId = "boot-1")
    {
        await Store.DisposeAsync();
        await OpenAsync(bootId);
    }

    /// <summary>Makes a layer by changing a snapshot's tree.</summary>
    public async Task<LayerId> ChangeAsync(Snapshot snapshot, Action<string> change)
    {
        await using var tree = await Layers.MountWritableAsync(snapshot, null, TestContext.Current.CancellationToken);
        change(tree.Path);
        return await tree.CommitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<Snapshot> AppendAsync(Snapshot snapshot, Action<string> change) =>
        snapshot.Append(await ChangeAsync(snapshot, change));

    public async Task ReadAsync(Snapshot snapshot, Action<string> read)
    {
        await using var tree = await Layers.MountAsync(snapshot, null, TestContext.Current.CancellationToken);
        read(tree.Path);
    }

    public async Task<byte[]> GetTarAsync(LayerId layer, LayerCompression? compression = null)
    {
        var blob = await Layers.GetBlobAsync(layer, compression ?? new LayerCompression(CompressionType.Uncompressed), TestContext.Current.CancellationToken);
        await using var stream = Decompression.Open(Store.Content.OpenRead(blob.Descriptor.Digest));
        var tar = new MemoryStream();
        await stream.CopyToAsync(tar, TestContext.Current.CancellationToken);
        Assert.Equal(blob.DiffId, Digest.Sha256(tar.ToArray()));
        return tar.ToArray();
    }

    public LayerId AddImage(byte[] tar, TestSource? source = null)
    {
        source ??= new TestSource(tar);
        return Layers.AddImageLayer(Digest.Sha256(tar), source.Descriptor, source);
    }

    public static byte[] MakeTar(Action<TarWriter> write, TarEntryFormat format = TarEntryFormat.Pax)
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
            write(writer);
        return stream.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        FileSystem.RemoveTreeAt(null, _directory);
    }
}

internal sealed class FakeTime : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan time) => _now += time;
}

/// <summary>A layer's blob that counts who fetches it.</summary>
internal sealed class TestSource : IBlobSource
{
    private readonly byte[] _served;
    private int _opened;

    public TestSource(byte[] tar, bool gzip = true, Func<byte[], byte[]>? damage = null)
    {
        var blob = tar;
        if (gzip)
        {
            var compressed = new MemoryStream();
            using (var stream = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
                stream.Write(tar);
            blob = compressed.ToArray();
        }
        Descriptor = new Descriptor(gzip ? MediaTypes.OciLayerGzip : MediaTypes.OciLayer, Digest.Sha256(blob), blob.Length);
        _served = damage?.Invoke(blob) ?? blob;
    }

    public Descriptor Descriptor { get; }

    public int Opened => _opened;

    public TaskCompletionSource? Gate { get; init; }

    public string? Repository => "localhost/test";

    public async Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _opened);
        if (Gate is not null)
            await Gate.Task.WaitAsync(cancellationToken);
        return new MemoryStream(_served);
    }
}
