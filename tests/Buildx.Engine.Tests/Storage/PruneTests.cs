using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Storage;

public sealed class PruneTests
{
    private const int Megabyte = 1_000_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Layers_that_records_share_are_counted_once()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var (one, two, _) = await MakeChainAsync(fixture);
        var usage = fixture.Store.GetUsage(UsageFilter.None);
        Assert.Equal(["one", "three", "two"], usage.Select(record => record.Description).Order());
        Assert.All(usage, record => Assert.InRange(record.Size, Megabyte, 1.1 * Megabyte));
        Assert.Empty(usage.Single(record => record.Description == "one").Parents);
        Assert.Equal([EngineStorageTests.Key("one").Hex], usage.Single(record => record.Description == "two").Parents);
        await fixture.Layers.GetBlobAsync(one.Layers[0], new LayerCompression(CompressionType.Uncompressed), Token);
        Assert.InRange(fixture.Store.GetUsage(new UsageFilter(["description==one"])).Single().Size, 2 * Megabyte, 2.2 * Megabyte);
        using (var lease = fixture.Store.Lease())
        {
            lease.Protect(two);
            Assert.Equal(["one", "two"], fixture.Store.GetUsage(new UsageFilter(["inuse"])).Select(record => record.Description).Order());
        }
        Assert.Empty(fixture.Store.GetUsage(new UsageFilter(["inuse"])));
    }

    [Fact]
    public async Task An_image_is_listed_keeps_its_blobs_and_goes_with_them()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var layer = await fixture.ChangeAsync(Snapshot.Empty, root => File.WriteAllText(Path.Combine(root, "file"), "x"));
        var blob = (await fixture.Layers.GetBlobAsync(layer, new LayerCompression(), Token)).Descriptor;
        using (var lease = fixture.Store.Lease())
        {
            var manifest = await fixture.Store.Content.WriteAsync("m", "{}"u8.ToArray(), lease, Token);
            fixture.Store.Images.Save(ImageReference.Parse("app"), manifest, [manifest.Digest, blob.Digest]);
            fixture.Store.Images.Save(ImageReference.Parse("app:again"), manifest, [manifest.Digest, blob.Digest]);
        }
        await fixture.ReopenAsync();
        fixture.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(["image docker.io/library/app:again", "image docker.io/library/app:latest"], Images());
        Assert.Contains("layer " + (await fixture.Layers.GetBlobAsync(layer, new LayerCompression(), Token)).DiffId, await PruneAsync(fixture, new PrunePolicy(new UsageFilter(["description~=^layer"]))));
        Assert.True(fixture.Store.Content.TryGetSize(blob.Digest, out _));
        Assert.Equal(["image docker.io/library/app:again"], await PruneAsync(fixture, new PrunePolicy(new UsageFilter(["description~=again"]))));
        Assert.NotNull(fixture.Store.Images.Find(ImageReference.Parse($"docker.io/library/app:v9@{fixture.Store.Images.Find(ImageReference.Parse("app"))!.Digest}")));
        Assert.True(fixture.Store.Content.TryGetSize(blob.Digest, out _));
        Assert.Equal(["image docker.io/library/app:latest"], await PruneAsync(fixture, new PrunePolicy(UsageFilter.None)));
        Assert.Empty(fixture.Store.Content.Blobs);
        Assert.Null(fixture.Store.Images.Find(ImageReference.Parse("app")));

        IEnumerable<string> Images() => fixture.Store.GetUsage(new UsageFilter(["description~=^image"])).Select(usage => usage.Description).Order();
    }

    [Fact]
    public async Task Everything_goes_but_what_is_used_and_keys_stay()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var (one, two, three) = await MakeChainAsync(fixture);
        using (var lease = fixture.Store.Lease())
        {
            lease.Protect(one);
            Assert.Equal(["three", "two"], (await PruneAsync(fixture, new PrunePolicy(UsageFilter.None, All: true))).Order());
        }
        Assert.True(fixture.Layers.IsAvailable(one));
        Assert.False(fixture.Layers.IsAvailable(two));
        Assert.Equal(["one"], await PruneAsync(fixture, new PrunePolicy(UsageFilter.None)));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(fixture.Root, "layers")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(fixture.Root, "trash")));
        Assert.Equal(three, fixture.Store.Records.FindByKey(EngineStorageTests.Key("three"))!.Outputs[0]);
        Assert.Throws<StorageException>(() =>
        {
            using var lease = fixture.Store.Lease();
            lease.Protect(three);
        });
    }

    [Fact]
    public async Task Only_so_much_goes_as_must()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        for (var i = 0; i < 5; i++)
        {
            var snapshot = await fixture.AppendAsync(Snapshot.Empty, root => Fill(root, $"{i}"));
            fixture.Store.Records.Save(EngineStorageTests.Record($"r{i}", snapshot), []);
            fixture.Time.Advance(TimeSpan.FromHours(1));
        }
        fixture.Store.Records.Touch(EngineStorageTests.Key("r0"));
        Assert.Empty(await PruneAsync(fixture, new PrunePolicy(UsageFilter.None, MaxUsedSpace: 10 * Megabyte)));
        Assert.Equal(["r1", "r2"], await PruneAsync(fixture, new PrunePolicy(UsageFilter.None, MaxUsedSpace: 3 * Megabyte + 500_000)));
        Assert.Empty(await PruneAsync(fixture, new PrunePolicy(UsageFilter.None, ReservedSpace: 10 * Megabyte, MaxUsedSpace: Megabyte)));
        Assert.Empty(await PruneAsync(fixture, new PrunePolicy(UsageFilter.None, MinFreeSpace: 1)));
        Assert.Equal(["r3", "r4", "r0"], await PruneAsync(fixture, new PrunePolicy(UsageFilter.None, MinFreeSpace: long.MaxValue / 2)));
    }

    [Fact]
    public async Task Kinds_and_ages_are_chosen()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        foreach (var type in new[] { RecordType.Regular, RecordType.Internal, RecordType.Frontend })
        {
            var snapshot = await fixture.AppendAsync(Snapshot.Empty, root => Fill(root, "x"));
            fixture.Store.Records.Save(EngineStorageTests.Record(type.ToName(), snapshot, type), []);
        }
        await using (var mount = await fixture.Store.Directories.AcquireAsync("c", RecordType.CacheMount, "cache", true, Token))
        {
            Fill(mount.Path, "x");
            Assert.Empty(await PruneAsync(fixture, new PrunePolicy(new UsageFilter(["type==exec.cachemount"]))));
        }
        Assert.Empty(await PruneAsync(fixture, new PrunePolicy(UsageFilter.None, All: true, KeepDuration: TimeSpan.FromHours(1))));
        fixture.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(["cache"], await PruneAsync(
            fixture, new PrunePolicy(new UsageFilter(["type==source.local", "type==exec.cachemount,mutable"]), KeepDuration: TimeSpan.FromHours(1))));
        Assert.Equal(["regular"], await PruneAsync(fixture, new PrunePolicy(UsageFilter.None)));
        Assert.Equal(["frontend", "internal"], (await PruneAsync(fixture, new PrunePolicy(UsageFilter.None, All: true))).Order());
        var error = await Assert.ThrowsAsync<FormatException>(() => PruneAsync(fixture, new PrunePolicy(new UsageFilter(["type=regular"]))));
        Assert.Equal("invalid filter \"type=regular\": want ==, != or ~= at character 5", error.Message);
    }

    [Theory]
    [InlineData("id==abc", true)]
    [InlineData("id!=abc", false)]
    [InlineData("id~=^a.c$", true)]
    [InlineData("id~=\"b\",immutable", true)]
    [InlineData("mutable", false)]
    [InlineData("private", true)]
    [InlineData("description==\"a, b\"", true)]
    [InlineData("parents~=p1", true)]
    [InlineData("nonsense", false)]
    [InlineData("nonsense!=x", true)]
    [InlineData("", true)]
    public void Filters_mean_what_they_mean_upstream(string expression, bool matches)
    {
        var record = new UsageRecord(
            "abc", ["p1", "p2"], 1, false, false, false, RecordType.Regular, "a, b", default, null, 0);
        Assert.Equal(matches, new UsageFilterMatcher(new UsageFilter([expression])).Matches(record));
    }

    private static async Task<List<string>> PruneAsync(StorageFixture fixture, PrunePolicy policy)
    {
        var removed = new List<string>();
        await fixture.Store.PruneAsync([policy], record => removed.Add(record.Description), Token);
        return removed;
    }

    private static async Task<(Snapshot One, Snapshot Two, Snapshot Three)> MakeChainAsync(StorageFixture fixture)
    {
        var one = await fixture.AppendAsync(Snapshot.Empty, root => Fill(root, "one"));
        fixture.Store.Records.Save(EngineStorageTests.Record("one", one), []);
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        fixture.Store.Records.Save(EngineStorageTests.Record("nothing done", one, createdAt: fixture.Time.GetUtcNow()), []);
        var two = await fixture.AppendAsync(one, root => Fill(root, "two"));
        fixture.Store.Records.Save(EngineStorageTests.Record("two", two, createdAt: fixture.Time.GetUtcNow()), []);
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        var three = await fixture.AppendAsync(two, root => Fill(root, "three"));
        fixture.Store.Records.Save(EngineStorageTests.Record("three", three, createdAt: fixture.Time.GetUtcNow()), []);
        return (one, two, three);
    }

    private static void Fill(string root, string name) => File.WriteAllBytes(Path.Combine(root, name), new byte[Megabyte]);
}
