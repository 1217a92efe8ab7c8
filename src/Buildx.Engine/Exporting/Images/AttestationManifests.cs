using System.Collections.Immutable;
using Buildx.Engine.Attestations;
using Buildx.Engine.Exporting.Options;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Exporting.Images;

/// <summary>
/// Writes statements about images beside them: for each image a manifest whose layers are in-toto statements, which the index lists
/// with the platform <c>unknown/unknown</c>, so that nobody runs it.
/// </summary>
internal sealed class AttestationManifests(IContentStore content, ImageOptions options)
{
    private const string AttestationType = "attestation-manifest";
    private const string ArtifactType = "application/vnd.docker.attestation.manifest.v1+json";

    /// <returns>Empty where there is nothing that would be reason enough for an index.</returns>
    public async Task<ImmutableArray<AssembledManifest>> WriteAsync(
        ExportResult result, ImmutableArray<AssembledManifest> images, IStorageLease lease, IVertexProgress progress, CancellationToken cancellationToken)
    {
        var isIndex = result.IsMultiPlatform || options.InlineAttestations
            ? result.Attestations.Values.Any(statements => !statements.IsEmpty)
            : result.Attestations.Values.Any(statements => statements.Any(statement => !statement.InlineOnly));
        if (!isIndex)
            return [];
        if (!options.OciMediaTypes)
            throw new ExportException("attestations can't be exported with oci-mediatypes=false: leave that out, or --provenance=false --sbom=false");
        var names = options.Names.For(result, "image");
        var manifests = ImmutableArray.CreateBuilder<AssembledManifest>();
        for (var i = 0; i < images.Length; i++)
        {
            var platform = result.Platforms[i];
            if (result.Attestations.GetValueOrDefault(platform.Id) is not { IsDefaultOrEmpty: false } statements)
                continue;
            var image = images[i].Descriptor;
            var subjects = names.Select(name => (PackageUrl.Of(name, platform.Platform), image.Digest)).ToList();
            manifests.Add(await WriteAsync(statements, image, subjects, lease, progress, cancellationToken));
        }
        return manifests.ToImmutable();
    }

    private async Task<AssembledManifest> WriteAsync(
        ImmutableArray<Attestation> statements, Descriptor image, List<(string Name, Digest Digest)> subjects, IStorageLease lease, IVertexProgress progress, CancellationToken cancellationToken)
    {
        var layers = ImmutableArray.CreateBuilder<LayerBlob>();
        foreach (var statement in statements)
        {
            var descriptor = await content.WriteAsync(Attestation.MediaType, statement.ToStatement(subjects, indented: false), lease, cancellationToken);
            layers.Add(new LayerBlob(
                descriptor with { Annotations = new Dictionary<string, string> { [AttestationNames.PredicateType] = statement.PredicateType } }, descriptor.Digest, null));
        }
        var config = options.AttestationArtifacts
            ? await content.WriteAsync(MediaTypes.OciEmpty, "{}"u8.ToArray(), lease, cancellationToken)
            : await content.WriteAsync(MediaTypes.OciConfig, OciJson.Serialize(ConfigOf(layers)), lease, cancellationToken);
        var json = OciJson.Serialize(new ImageManifest(config, [.. layers.Select(layer => layer.Descriptor)])
        {
            MediaType = MediaTypes.OciManifest,
            ArtifactType = options.AttestationArtifacts ? ArtifactType : null,
            Subject = options.AttestationArtifacts ? new Descriptor(image.MediaType, image.Digest, image.Size) : null,
        });
        using var step = progress.Step("exporting attestation manifest " + Digest.Sha256(json));
        var manifest = await content.WriteAsync(MediaTypes.OciManifest, json, lease, cancellationToken);
        return new AssembledManifest(
            manifest with
            {
                Annotations = new Dictionary<string, string> { [AttestationNames.ReferenceDigest] = image.Digest.Value, [AttestationNames.ReferenceType] = AttestationType },
                Platform = new Platform("unknown", "unknown"),
            },
            config,
            null,
            layers.ToImmutable());
    }

    private static ImageConfig ConfigOf(IEnumerable<LayerBlob> layers) => new()
    {
        Architecture = "unknown",
        Os = "unknown",
        Config = new ContainerConfig(),
        RootFs = new RootFs([.. layers.Select(layer => layer.DiffId)]),
    };
}
