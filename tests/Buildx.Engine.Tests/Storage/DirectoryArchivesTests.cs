using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Storage;

public sealed class DirectoryArchivesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Gzip")]
    [InlineData("Zstd")]
    [InlineData("Uncompressed")]
    public async Task What_a_directory_has_is_put_into_another(string type)
    {
        await using var fixture = await StorageFixture.CreateAsync();
        using var lease = fixture.Store.Lease();
        await using var from = await AcquireAsync(fixture, "from");
        await using var to = await AcquireAsync(fixture, "to");
        Directory.CreateDirectory(Path.Combine(from.Path, "a/b"));
        File.WriteAllText(Path.Combine(from.Path, "a/b/file"), "content");
        File.CreateSymbolicLink(Path.Combine(from.Path, "link"), "a/b/file");

        var blob = await fixture.Store.Archives.PackAsync(from.Path, new LayerCompression(Enum.Parse<CompressionType>(type)), lease, Token);
        await fixture.Store.Archives.UnpackAsync(blob, new DirectoryAttributes(0, 0, 0x1c0), to.Path, lease, Token);

        Assert.Equal("content", File.ReadAllText(Path.Combine(to.Path, "link")));
        Assert.Equal((UnixFileMode)0x1c0, File.GetUnixFileMode(to.Path));
    }

    [Fact]
    public async Task Content_that_is_damaged_leaves_the_directory_as_it_was()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        using var lease = fixture.Store.Lease();
        await using var from = await AcquireAsync(fixture, "from");
        await using var to = await AcquireAsync(fixture, "to");
        File.WriteAllText(Path.Combine(from.Path, "file"), "content");
        var blob = await fixture.Store.Archives.PackAsync(from.Path, new LayerCompression(), lease, Token);
        var damaged = new Source("something else"u8.ToArray());

        await Assert.ThrowsAnyAsync<InvalidDataException>(() => fixture.Store.Archives.UnpackAsync(
            new LayerBlob(blob.Descriptor with { Digest = Digest.Sha256("x"u8), Size = 14 }, blob.DiffId, damaged), default, to.Path, lease, Token));
        await Assert.ThrowsAnyAsync<InvalidDataException>(() => fixture.Store.Archives.UnpackAsync(
            blob with { DiffId = Digest.Sha256("x"u8) }, default, to.Path, lease, Token));

        Assert.Empty(Directory.GetFileSystemEntries(to.Path));
    }

    private static ValueTask<IMutableDirectory> AcquireAsync(StorageFixture fixture, string key) =>
        fixture.Store.Directories.AcquireAsync(key, RecordType.CacheMount, key, exclusive: true, Token);

    private sealed class Source(byte[] content) : IBlobSource
    {
        public string? Repository => null;

        public Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) => Task.FromResult<Stream>(new MemoryStream(content));
    }
}
