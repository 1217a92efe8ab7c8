using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Buildx.Drivers.Store;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.History;

/// <summary>
/// Records with all that they point at, as Docker Desktop takes them (<c>.dockerbuild</c>): an OCI layout as a gzipped tar archive, in
/// which each record is a manifest.
/// </summary>
internal sealed class Bundle(RecordBlobs blobs)
{
    private const string RecordMediaType = "application/vnd.buildkit.historyrecord.v0";
    private const string OriginalMediaType = "vnd.export-build.descriptor.mediatype";
    private const string ReferenceAnnotation = "vnd.buildkit.history.reference";

    private readonly SortedDictionary<string, byte[]?> _files = new(StringComparer.Ordinal);

    /// <summary>Adds a record.</summary>
    /// <returns>The descriptor of its manifest.</returns>
    public async Task<JsonObject> AddAsync(
        BuildHistoryRecord record, string? defaultPlatform, LocalBuild? local, LocalBuildGroup? group, CancellationToken cancellationToken)
    {
        var layers = new JsonArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await AddBlobAsync(record.Logs, false);
        await AddResultAsync(record.Result);
        await AddBlobAsync(record.ExternalError, false);
        foreach (var (_, result) in record.Results.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            await AddResultAsync(result);
        // Its trace holds whatever the daemon's environment told of itself: it stays where it is.
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciManifest,
            ["config"] = AddJson(BundleRecord.ToJson(record, defaultPlatform, local, group), RecordMediaType),
            ["layers"] = layers,
        };
        return AddJson(manifest, MediaTypes.OciManifest);

        async Task AddResultAsync(BuildResultInfo? result)
        {
            foreach (var statement in result?.Attestations ?? [])
                await AddBlobAsync(statement, false);
            foreach (var (_, image) in (result?.Results ?? []).OrderBy(pair => pair.Key))
                await AddBlobAsync(image, true);
        }

        async Task AddBlobAsync(BlobDescriptor? blob, bool isResult)
        {
            if (blob is null || !seen.Add(blob.Digest))
                return;
            _files[PathOf(blob.Digest)] = await blobs.ReadAsync(blob.Digest, cancellationToken);
            var annotations = blob.Annotations.ToDictionary(StringComparer.Ordinal);
            // Nobody is to look for the layers of an image.
            if (isResult)
                annotations[OriginalMediaType] = blob.MediaType;
            layers.Add((JsonNode)Descriptor(isResult ? "application/json" : blob.MediaType, blob.Digest, blob.Size, annotations));
        }
    }

    public async Task WriteAsync(IReadOnlyList<(string Ref, JsonObject Manifest)> records, Stream target, CancellationToken cancellationToken)
    {
        _files["index.json"] = Encoding.UTF8.GetBytes(JsonText.Indented(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(TopOf(records)) }));
        _files["oci-layout"] = "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray();
        foreach (var directory in new[] { "blobs/", "blobs/sha256/" })
            _files[directory] = null;
        await using var compressed = new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true);
        await using var archive = new TarWriter(compressed, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var (name, content) in _files)
        {
            var entry = new UstarTarEntry(content is null ? TarEntryType.Directory : TarEntryType.RegularFile, name)
            {
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = content is null ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b100_100_100,
            };
            if (content is not null)
                entry.DataStream = new MemoryStream(content);
            await archive.WriteEntryAsync(entry, cancellationToken);
        }
    }

    private JsonObject TopOf(IReadOnlyList<(string Ref, JsonObject Manifest)> records)
    {
        if (records is [var (_, only)])
            return only;
        var manifests = new JsonArray();
        foreach (var (reference, manifest) in records)
        {
            manifest["annotations"] = new JsonObject { [ReferenceAnnotation] = reference };
            manifests.Add((JsonNode)manifest);
        }
        return AddJson(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.OciIndex, ["manifests"] = manifests }, MediaTypes.OciIndex);
    }

    private JsonObject AddJson(JsonObject json, string mediaType)
    {
        var bytes = Encoding.UTF8.GetBytes(JsonText.Indented(json));
        var digest = Digest.Sha256(bytes).Value;
        _files[PathOf(digest)] = bytes;
        return Descriptor(mediaType, digest, bytes.Length, []);
    }

    private static JsonObject Descriptor(string mediaType, string digest, long size, Dictionary<string, string> annotations)
    {
        var json = new JsonObject { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = size };
        if (annotations.Count > 0)
            json["annotations"] = new JsonObject(annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));
        return json;
    }

    private static string PathOf(string digest) => "blobs/" + digest.Replace(':', '/');
}
