using Buildx.Oci;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.History;

/// <summary>Finds the documents that go with a record.</summary>
internal sealed class RecordAttachments(RecordBlobs blobs)
{
    private const string ReferenceType = "vnd.docker.reference.type";

    /// <summary>Those of the whole build first, then by platform and type.</summary>
    public async Task<IReadOnlyList<RecordAttachment>> ListAsync(BuildHistoryRecord record, CancellationToken cancellationToken)
    {
        var found = new List<RecordAttachment>();
        if (record.Result is { } result)
            await AddAsync(result, null, found, cancellationToken);
        foreach (var (name, one) in record.Results)
            await AddAsync(one, Platform.Parse(name), found, cancellationToken);
        return
        [
            .. found.OrderBy(attachment => attachment.Platform is not null)
                .ThenBy(attachment => attachment.Platform?.ToString(), StringComparer.Ordinal)
                .ThenBy(attachment => attachment.Type, StringComparer.Ordinal),
        ];
    }

    private async Task AddAsync(BuildResultInfo result, Platform? platform, List<RecordAttachment> found, CancellationToken cancellationToken)
    {
        foreach (var statement in result.Attestations)
            found.Add(new RecordAttachment(statement.Digest, platform, TypeOf(statement.MediaType, statement.Annotations)));
        foreach (var (_, image) in result.Results.OrderBy(pair => pair.Key))
            await WalkAsync(image.Digest, image.MediaType, TypeOf(image.MediaType, image.Annotations), platform, image.Annotations.ContainsKey(ReferenceType), found, cancellationToken);
    }

    private async Task WalkAsync(
        string digest, string mediaType, string type, Platform? platform, bool isStatement, List<RecordAttachment> found, CancellationToken cancellationToken)
    {
        if (await blobs.FindSizeAsync(digest, cancellationToken) is null)
            return;
        // The manifest of statements is no result.
        if (!isStatement)
            found.Add(new RecordAttachment(digest, platform, type));
        if (mediaType is not (MediaTypes.OciIndex or MediaTypes.DockerManifestList))
            return;
        foreach (var manifest in OciJson.ParseIndex(await blobs.ReadAsync(digest, cancellationToken)).Manifests)
        {
            var annotations = manifest.Annotations?.ToDictionary() ?? [];
            await WalkAsync(
                manifest.Digest.Value, manifest.MediaType, TypeOf(manifest.MediaType, annotations), manifest.Platform ?? platform,
                annotations.GetValueOrDefault(ReferenceType) == "attestation-manifest", found, cancellationToken);
        }
    }

    private static string TypeOf(string mediaType, IDictionary<string, string> annotations) =>
        annotations.TryGetValue(AttestationNames.PredicateType, out var statement) ? statement : mediaType;
}
