using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Registry.Tests;

public class PushAndPullTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_pushed_by_tag_is_pulled_by_tag_and_by_digest()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var reference = ImageReference.Parse($"{server.Host}/a/b:one");
        var repository = client.Open(reference, AnonymousCredentials.Instance);
        var image = TestImage.Make();

        await image.PushAsync(repository, "one", Cancellation);

        var resolved = await repository.ResolveAsync(reference, Cancellation);
        Assert.Equal(new Descriptor(MediaTypes.OciManifest, image.Digest, image.Manifest.Length), resolved);
        var byTag = await repository.GetManifestAsync(reference, Cancellation);
        var byDigest = await repository.GetManifestAsync(resolved, Cancellation);
        Assert.Equal(image.Manifest, byTag.Json);
        Assert.Equal(image.Manifest, byDigest.Json);
        Assert.Equal(image.Config, await repository.ReadBlobAsync(image.ConfigDescriptor, Cancellation));
        await using var layer = await repository.OpenBlobAsync(image.LayerDescriptor, cancellationToken: Cancellation);
        var content = new MemoryStream();
        await layer.CopyToAsync(content, Cancellation);
        Assert.Equal(image.Layer, content.ToArray());
    }

    [Fact]
    public async Task A_blob_is_sent_once()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var repository = client.Open(server.Host, "a", AnonymousCredentials.Instance);
        var image = TestImage.Make();
        var sent = new List<long>();

        var first = await repository.PushBlobAsync(
            image.LayerDescriptor, _ => ValueTask.FromResult<Stream>(new MemoryStream(image.Layer)), progress: new Recorder(sent), cancellationToken: Cancellation);
        var second = await repository.PushBlobAsync(image.LayerDescriptor, image.Layer, Cancellation);

        Assert.Equal(BlobPushResult.Uploaded, first);
        Assert.Equal(BlobPushResult.Existed, second);
        Assert.Equal(image.Layer.Length, sent[^1]);
    }

    [Fact]
    public async Task A_blob_of_another_repository_is_mounted()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var image = TestImage.Make();
        await image.PushAsync(client.Open(server.Host, "from", AnonymousCredentials.Instance), "t", Cancellation);

        var to = client.Open(server.Host, "to", AnonymousCredentials.Instance);
        var result = await to.PushBlobAsync(
            image.LayerDescriptor, _ => throw new InvalidOperationException("must not be read"), $"{server.Host}/from", cancellationToken: Cancellation);

        Assert.Equal(BlobPushResult.Mounted, result);
        Assert.True(await to.HasBlobAsync(image.LayerDescriptor.Digest, Cancellation));
    }

    [Fact]
    public async Task A_mount_from_a_repository_that_lacks_the_blob_becomes_an_upload()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var image = TestImage.Make();
        var result = await client.Open(server.Host, "to", AnonymousCredentials.Instance).PushBlobAsync(
            image.LayerDescriptor, _ => ValueTask.FromResult<Stream>(new MemoryStream(image.Layer)), $"{server.Host}/elsewhere", cancellationToken: Cancellation);
        Assert.Equal(BlobPushResult.Uploaded, result);
    }

    [Fact]
    public async Task A_missing_tag_is_named()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var reference = ImageReference.Parse($"{server.Host}/no/such:tag");
        var repository = client.Open(reference, AnonymousCredentials.Instance);

        var error = await Assert.ThrowsAsync<RegistryException>(() => repository.ResolveAsync(reference, Cancellation));

        Assert.Equal(RegistryErrorKind.NotFound, error.Kind);
        Assert.Contains($"{server.Host}/no/such:tag: not found", error.Message);
        Assert.False(await repository.HasManifestAsync(Digest.Sha256([]), Cancellation));
        Assert.False(await repository.HasBlobAsync(Digest.Sha256([]), Cancellation));
    }

    [Fact]
    public async Task A_blob_that_is_not_what_it_should_be_is_noticed_before_it_is_used()
    {
        using var storage = new TemporaryDirectory();
        await using var server = await RegistryServer.StartAsync(new RegistryServerOptions { StorageDirectory = storage.Path }, Cancellation);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var repository = client.Open(server.Host, "a", AnonymousCredentials.Instance);
        var image = TestImage.Make(1000);
        await image.PushAsync(repository, "t", Cancellation);
        var hex = image.ConfigDescriptor.Digest.Hex;
        var file = Path.Combine(storage.Path, "docker/registry/v2/blobs/sha256", hex[..2], hex, "data");
        var damaged = await File.ReadAllBytesAsync(file, Cancellation);
        damaged[10] ^= 1;
        await File.WriteAllBytesAsync(file, damaged, Cancellation);

        var error = await Assert.ThrowsAsync<RegistryException>(() => repository.ReadBlobAsync(image.ConfigDescriptor, Cancellation));

        Assert.Equal(RegistryErrorKind.Invalid, error.Kind);
    }

    [Fact]
    public async Task Nobody_listening_is_said_so()
    {
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var reference = ImageReference.Parse("127.0.0.1:1/a:b");
        var error = await Assert.ThrowsAsync<RegistryException>(
            () => client.Open(reference, AnonymousCredentials.Instance).ResolveAsync(reference, Cancellation));
        Assert.Equal(RegistryErrorKind.Connection, error.Kind);
        Assert.Contains("connection refused", error.Message);
    }

    private sealed class Recorder(List<long> values) : IProgress<long>
    {
        public void Report(long value) => values.Add(value);
    }
}
