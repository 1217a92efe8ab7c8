using System.Security.Cryptography;
using Buildx.Oci;

namespace Buildx.Registry.Tests;

/// <summary>A small image with one layer of random bytes.</summary>
internal sealed record TestImage(byte[] Layer, byte[] Config, byte[] Manifest)
{
    public Descriptor LayerDescriptor => new(MediaTypes.OciLayer, Digest.Sha256(Layer), Layer.Length);

    public Descriptor ConfigDescriptor => new(MediaTypes.OciConfig, Digest.Sha256(Config), Config.Length);

    public Digest Digest => Digest.Sha256(Manifest);

    public static TestImage Make(int size = 100_000)
    {
        var layer = RandomNumberGenerator.GetBytes(size);
        var config = OciJson.Serialize(new ImageConfig { Os = "linux", Architecture = "amd64", RootFs = new RootFs([Digest.Sha256(layer)]) });
        var manifest = OciJson.Serialize(new ImageManifest(
            new Descriptor(MediaTypes.OciConfig, Digest.Sha256(config), config.Length),
            [new Descriptor(MediaTypes.OciLayer, Digest.Sha256(layer), layer.Length)])
        {
            MediaType = MediaTypes.OciManifest,
        });
        return new TestImage(layer, config, manifest);
    }

    public async Task PushAsync(RemoteRepository repository, string tag, CancellationToken cancellationToken)
    {
        await repository.PushBlobAsync(LayerDescriptor, Layer, cancellationToken);
        await repository.PushBlobAsync(ConfigDescriptor, Config, cancellationToken);
        await repository.PushManifestAsync(MediaTypes.OciManifest, Manifest, tag, cancellationToken);
    }
}
