using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.BuildRecords;

/// <summary>What describes an image: its index, manifests and configs, without the layers.</summary>
internal static class ImageBlobs
{
    /// <returns>Those that are in the store.</returns>
    public static IEnumerable<Digest> Find(IContentStore content, Descriptor target)
    {
        var waiting = new Queue<Descriptor>([target]);
        while (waiting.TryDequeue(out var descriptor))
        {
            if (!content.TryGetSize(descriptor.Digest, out _))
                continue;
            yield return descriptor.Digest;
            switch (descriptor.MediaType)
            {
                case MediaTypes.OciIndex or MediaTypes.DockerManifestList:
                    foreach (var manifest in OciJson.ParseIndex(Read(content, descriptor)).Manifests)
                        waiting.Enqueue(manifest);
                    break;
                case MediaTypes.OciManifest or MediaTypes.DockerManifest:
                    waiting.Enqueue(OciJson.ParseManifest(Read(content, descriptor)).Config);
                    break;
            }
        }
    }

    private static byte[] Read(IContentStore content, Descriptor descriptor)
    {
        using var stream = content.OpenRead(descriptor.Digest);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
