using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Storage;

public sealed class EngineStorageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_root_belongs_to_one_engine()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var error = await Assert.ThrowsAsync<StorageException>(() => EngineStorage.OpenAsync(fixture.Root, new StorageOptions(), Token));
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_appears_whole_or_never()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var content = fixture.Store.Content;
        var data = "hello"u8.ToArray();
        await using (var writer = content.Create())
            await writer.Stream.WriteAsync(data, Token);
        Assert.False(content.TryGetSize(Digest.Sha256(data), out _));
        Assert.Throws<FileNotFoundException>(() => content.OpenRead(Digest.Sha256(data)));
        await using (var writer = content.Create())
        {
            await writer.Stream.WriteAsync(data, Token);
            await Assert.ThrowsAsync<InvalidDataException>(async () => await writer.CommitAsync(Digest.Sha256("other"u8), Token));
        }
        Assert.Empty(Directory.GetFiles(Path.Combine(fixture.Root, "content/ingest")));
        await using (var writer = content.Create())
        {
            await writer.Stream.WriteAsync(data, Token);
            Assert.Equal(Digest.Sha256(data), await writer.CommitAsync(null, Token));
        }
        Assert.True(content.TryGetSize(Digest.Sha256(data), out var size));
        Assert.Equal(5, size);
    }

    [Fact]
    public async Task What_a_killed_engine_left_is_removed_and_what_it_completed_stays()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var snapshot = await fixture.AppendAsync(Snapshot.Empty, root => File.WriteAllText(Path.Combine(root, "a"), "a"));
        var record = Record("step", snapshot);
        fixture.Store.Records.Save(record, [Key("content key")]);
        // As if killed: files in the middle of things, and a mount.
        var left = await fixture.Layers.MountWritableAsync(snapshot, null, Token);
        File.WriteAllText(Path.Combine(left.Path, "half"), "x");
        File.WriteAllText(Path.Combine(fixture.Root, "content/ingest/half"), "x");
        File.WriteAllText(Path.Combine(fixture.Root, "content/blobs/sha256", new string('0', 64)), "x");
        Directory.CreateDirectory(Path.Combine(fixture.Root, "layers/999/dir"));
        File.WriteAllText(Path.Combine(fixture.Root, "tmp/half"), "x");
        await fixture.ReopenAsync();
        Assert.DoesNotContain(fixture.Root, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
        foreach (var path in new[] { "content/ingest", "content/blobs/sha256", "mounts", "tmp" })
            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(fixture.Root, path)));
        Assert.Single(Directory.GetDirectories(Path.Combine(fixture.Root, "layers")));
        var found = fixture.Store.Records.FindByKey(Key("content key"));
        Assert.NotNull(found);
        Assert.Equal(record.Id, found.Id);
        Assert.Equal(snapshot, found.Outputs[0]);
        await fixture.ReadAsync(found.Outputs[0]!, root => Assert.Equal("a", File.ReadAllText(Path.Combine(root, "a"))));
    }

    [Fact]
    public async Task After_a_power_loss_only_what_was_synced_is_trusted()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var synced = await fixture.AppendAsync(Snapshot.Empty, root => File.WriteAllText(Path.Combine(root, "a"), "a"));
        await fixture.ReopenAsync();
        var unsynced = await fixture.AppendAsync(synced, root => File.WriteAllText(Path.Combine(root, "b"), "b"));
        // The state as it would be after the machine went down here.
        var copy = Path.Combine(fixture.Scratch, "after");
        using (var process = System.Diagnostics.Process.Start("cp", ["-a", fixture.Root, copy]))
            await process.WaitForExitAsync(Token);
        await using (var same = await EngineStorage.OpenAsync(copy, new StorageOptions { BootId = "boot-1" }, Token))
            Assert.True(same.Layers.IsAvailable(unsynced));
        Directory.Delete(copy, true);
        using (var process = System.Diagnostics.Process.Start("cp", ["-a", fixture.Root, copy]))
            await process.WaitForExitAsync(Token);
        await using var after = await EngineStorage.OpenAsync(copy, new StorageOptions { BootId = "boot-2" }, Token);
        Assert.True(after.Layers.IsAvailable(synced));
        Assert.False(after.Layers.IsAvailable(unsynced));
    }

    [Fact]
    public async Task Directories_are_shared_or_exclusive_or_another_one()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var directories = fixture.Store.Directories;
        await using var first = await directories.AcquireAsync("key", RecordType.CacheMount, "cache", exclusive: false, Token);
        Assert.True(first.IsNew);
        File.WriteAllText(Path.Combine(first.Path, "file"), "x");
        var second = await directories.AcquireAsync("key", RecordType.CacheMount, "cache", exclusive: false, Token);
        Assert.Equal(first.Path, second.Path);
        Assert.False(second.IsNew);
        await using var own = await directories.AcquireFreeAsync("key", RecordType.CacheMount, "cache", Token);
        Assert.NotEqual(first.Path, own.Path);
        Assert.True(own.IsNew);
        var exclusive = directories.AcquireAsync("key", RecordType.CacheMount, "cache", exclusive: true, Token).AsTask();
        using var impatient = new CancellationTokenSource();
        var cancelled = directories.AcquireAsync("key", RecordType.CacheMount, "cache", exclusive: true, impatient.Token).AsTask();
        await second.DisposeAsync();
        Assert.False(exclusive.IsCompleted);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await first.DisposeAsync();
        var held = await exclusive.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Equal(first.Path, held.Path);
        held.Discard();
        await held.DisposeAsync();
        await own.DisposeAsync();
        await fixture.ReopenAsync();
        await using var last = await fixture.Store.Directories.AcquireAsync("key", RecordType.CacheMount, "cache", exclusive: true, Token);
        Assert.Equal(own.Path, last.Path);
    }

    internal static CacheRecord Record(string name, Snapshot snapshot, RecordType type = RecordType.Regular, DateTimeOffset? createdAt = null) =>
        new(Key(name), [snapshot], name, type, createdAt ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal static Digest Key(string name) => Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(name));
}
