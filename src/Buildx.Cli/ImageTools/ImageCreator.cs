using Buildx.Cli.Building;
using Buildx.Oci;

namespace Buildx.Cli.ImageTools;

/// <summary>Joins images that are in registries into a new one, and puts it under its names.</summary>
internal sealed class ImageCreator(RegistryAccess registries, ImageCreation creation)
{
    private readonly IndexComposer _composer = new();

    /// <exception cref="CliException">Sources that do not go together.</exception>
    public async Task<(string MediaType, byte[] Json)> ComposeAsync(CancellationToken cancellationToken)
    {
        var only = OnlyRepository();
        var sources = await Task.WhenAll(creation.Sources.Select(source => FindAsync(source, only, cancellationToken)));
        return _composer.Compose(sources, creation.Annotations, creation.Platforms, creation.PreferIndex);
    }

    public async Task<Descriptor> PushAsync(string mediaType, byte[] json, CancellationToken cancellationToken)
    {
        Descriptor? pushed = null;
        foreach (var tags in creation.Tags.GroupBy(tag => tag.Repository))
        {
            var to = registries.Open(tags.First());
            await Task.WhenAll(_composer.Parts.Select(async part =>
            {
                if (part.Source.Repository.Repository != tags.Key)
                    creation.Report($"copying {part.Manifest.Digest} from {part.Source.Repository.Repository} to {tags.Key}");
                await new ImageCopy(registries.Open(part.Source.Repository), to).CopyAsync(part.Manifest, cancellationToken);
            }));
            foreach (var tag in tags)
            {
                creation.Report($"pushing {Digest.Sha256(json)} to {tag}");
                pushed = await to.PushManifestAsync(mediaType, json, tag.Tag ?? "latest", cancellationToken);
            }
        }
        return pushed!;
    }

    /// <summary>The repository that digests and descriptors are of; null when there are several.</summary>
    private ImageReference? OnlyRepository()
    {
        var all = creation.Tags.Concat(creation.Sources.Select(source => source.Reference).OfType<ImageReference>()).DistinctBy(reference => reference.Repository).ToList();
        return all switch
        {
            [] => throw new CliException("a digest or a descriptor does not say in which repository it is; name the image with --tag, or the source with its repository: REPOSITORY@DIGEST"),
            [var only] => only,
            _ => null,
        };
    }

    private async Task<SourceImage> FindAsync(ImageSource source, ImageReference? only, CancellationToken cancellationToken)
    {
        var reference = source.Reference
            ?? only?.WithDigest(source.Digest!.Value)
            ?? throw new CliException($"{source.Digest}: several repositories are named, so it is not clear which has it; write REPOSITORY@{source.Digest}");
        var repository = registries.Open(reference);
        var manifest = await repository.GetManifestAsync(reference, cancellationToken);
        var descriptor = manifest.Descriptor;
        if (source.Changes is { } changes)
        {
            if (changes.Size > 0 && changes.Size != descriptor.Size)
                throw new CliException($"the descriptor says that {descriptor.Digest} has {changes.Size} bytes; it has {descriptor.Size}");
            descriptor = descriptor with
            {
                MediaType = string.IsNullOrEmpty(changes.MediaType) ? descriptor.MediaType : changes.MediaType,
                Annotations = changes.Annotations,
                Platform = changes.Platform,
            };
        }
        if (!MediaTypes.IsIndex(descriptor.MediaType) && descriptor.Platform is null or { Os: "" } or { Architecture: "" })
        {
            var config = OciJson.ParseManifest(manifest.Json).Config;
            var image = OciJson.ParseConfig(await repository.ReadBlobAsync(config, cancellationToken));
            descriptor = descriptor with { Platform = image.Platform };
        }
        return new SourceImage(reference, descriptor, manifest.Json);
    }
}
