using System.Text.Json.Nodes;
using Buildx.Cli.Building;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Cli.ImageTools;

/// <summary>An image in a registry, as far as it has been asked for.</summary>
internal sealed class ImageInspection
{
    private readonly RemoteRepository _repository;

    private ImageInspection(RemoteRepository repository, ImageReference reference, ManifestContent manifest)
    {
        (_repository, Reference, Manifest) = (repository, reference, manifest);
        Index = MediaTypes.IsIndex(manifest.Descriptor.MediaType) ? OciJson.ParseIndex(manifest.Json) : null;
    }

    public ImageReference Reference { get; }

    /// <summary>The manifest or index under the name.</summary>
    public ManifestContent Manifest { get; }

    public ImageIndex? Index { get; }

    private IEnumerable<Descriptor> Images => Index is null ? [Manifest.Descriptor] : Index.Manifests.Where(PlatformMatcher.IsImage);

    public static async Task<ImageInspection> ReadAsync(RegistryAccess registries, ImageReference reference, CancellationToken cancellationToken)
    {
        var repository = registries.Open(reference);
        return new ImageInspection(repository, reference, await repository.GetManifestAsync(reference, cancellationToken));
    }

    /// <summary>What a template sees: <c>.Name .Manifest .Image</c>, and <c>.Provenance .SBOM</c> where they are wanted.</summary>
    public async Task<JsonObject> ToJsonAsync(string name, bool withImage, bool withAttestations, CancellationToken cancellationToken)
    {
        var data = new JsonObject { ["name"] = name, ["manifest"] = ManifestJson() };
        if (withImage || withAttestations)
        {
            var images = await Task.WhenAll(Images.Select(async image => (Image: image, Config: await ReadConfigAsync(image, cancellationToken))));
            data["image"] = PerPlatform([.. images.Select(image => (PlatformOf(image.Image, image.Config), (JsonNode)image.Config))]);
            if (withAttestations)
            {
                var statements = await Task.WhenAll(images.Select(async image => (
                    Platform: PlatformOf(image.Image, image.Config), Statements: await ReadStatementsAsync(image.Image, cancellationToken))));
                data["provenance"] = PerPlatform([.. statements.Select(image => (image.Platform, (JsonNode)Provenance(image.Statements)))]);
                data["SBOM"] = PerPlatform([.. statements.Select(image => (image.Platform, (JsonNode)Sbom(image.Statements)))]);
            }
        }
        return data;
    }

    /// <summary>Of an index its content with its digest, of an image its descriptor: as Buildx shows them.</summary>
    private JsonObject ManifestJson()
    {
        var descriptor = JsonNode.Parse(OciJson.Serialize(Manifest.Descriptor))!.AsObject();
        if (Index is null)
            return descriptor;
        var content = JsonNode.Parse(Manifest.Json)!.AsObject();
        var json = new JsonObject { ["schemaVersion"] = 2 };
        foreach (var (key, value) in descriptor)
            json[key] = value?.DeepClone();
        foreach (var key in new[] { "manifests", "annotations" })
        {
            if (content.TryGetPropertyValue(key, out var value))
                json[key] = value?.DeepClone();
        }
        return json;
    }

    /// <summary>A single image's is shown without its platform.</summary>
    private static JsonNode PerPlatform(IReadOnlyList<(string Platform, JsonNode Value)> values)
    {
        if (values is [var only])
            return only.Value;
        var all = new JsonObject();
        foreach (var (platform, value) in values.OrderBy(value => value.Platform, StringComparer.Ordinal))
            all[platform] = value;
        return all;
    }

    private async Task<JsonObject> ReadConfigAsync(Descriptor image, CancellationToken cancellationToken)
    {
        var manifest = await ReadManifestAsync(image, cancellationToken);
        return JsonNode.Parse(await _repository.ReadBlobAsync(manifest.Config, cancellationToken)) as JsonObject
            ?? throw new InvalidDataException($"the configuration of {image.Digest} is no JSON object");
    }

    private async Task<ImageManifest> ReadManifestAsync(Descriptor image, CancellationToken cancellationToken) => OciJson.ParseManifest(
        image.Digest == Manifest.Descriptor.Digest ? Manifest.Json : (await _repository.GetManifestAsync(image, cancellationToken)).Json);

    private static string PlatformOf(Descriptor image, JsonObject config) => (image.Platform ?? new Platform(
        config["os"]?.GetValue<string>() ?? "", config["architecture"]?.GetValue<string>() ?? "", config["variant"]?.GetValue<string>())).ToString();

    private async Task<IReadOnlyList<(string Type, JsonNode Predicate)>> ReadStatementsAsync(Descriptor image, CancellationToken cancellationToken)
    {
        var found = new List<(string, JsonNode)>();
        foreach (var attestation in Index?.Manifests.Where(manifest => AttestationNames.SubjectOf(manifest) == image.Digest.Value) ?? [])
        {
            foreach (var layer in (await ReadManifestAsync(attestation, cancellationToken)).Layers)
            {
                if (layer.Annotations?.GetValueOrDefault(AttestationNames.PredicateType) is not { } type)
                    continue;
                if (JsonNode.Parse(await _repository.ReadBlobAsync(layer, cancellationToken))?["predicate"]?.DeepClone() is { } predicate)
                    found.Add((type, predicate));
            }
        }
        return found;
    }

    private static JsonObject Provenance(IReadOnlyList<(string Type, JsonNode Predicate)> statements)
    {
        var json = new JsonObject();
        if (statements.FirstOrDefault(statement => statement.Type.StartsWith(AttestationNames.ProvenancePrefix, StringComparison.Ordinal)).Predicate is { } predicate)
            json["SLSA"] = predicate;
        return json;
    }

    private static JsonObject Sbom(IReadOnlyList<(string Type, JsonNode Predicate)> statements)
    {
        var json = new JsonObject();
        var documents = statements.Where(statement => statement.Type == AttestationNames.Spdx).Select(statement => statement.Predicate).ToList();
        if (documents.Count > 0)
            json["SPDX"] = documents[0];
        if (documents.Count > 1)
            json["AdditionalSPDXs"] = new JsonArray([.. documents.Skip(1)]);
        return json;
    }
}
