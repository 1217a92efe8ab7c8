using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.Engine.Attestations;
using Buildx.Engine.Server.Building;
using Buildx.Engine.Server.Services;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Errors;
using Buildx.Protocol.Explanations;
using Google.Protobuf;
using Grpc.Core;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Buildx.Engine.BuildRecords;

/// <summary>Makes one build's record: begun when the build starts, completed with its logs, its error or its results.</summary>
internal sealed class HistoryRecorder
{
    private const string ErrorMediaType = "application/vnd.googeapis.google.rpc.status+proto";
    private const string DescriptorKey = "containerimage.descriptor";

    private readonly BuildHistory _history;
    private readonly IContentStore _content;
    private readonly TimeProvider _time;
    private readonly BuildHistoryRecord _record;

    private HistoryRecorder(BuildHistory history, IContentStore content, TimeProvider time, BuildHistoryRecord record) =>
        (_history, _content, _time, _record) = (history, content, time, record);

    public static HistoryRecorder Start(BuildHistory history, IContentStore content, TimeProvider time, BuildRequest request)
    {
        var record = new BuildHistoryRecord { Ref = request.Reference, Frontend = request.Frontend, CreatedAt = Now(time) };
        foreach (var (key, value) in request.FrontendOptions)
            record.FrontendAttrs[key] = WithoutSecrets(key, value);
        foreach (var exporter in request.Exporters)
        {
            var message = new Exporter { Type = exporter.Type };
            message.Attrs.Add(exporter.Attributes.ToDictionary());
            record.Exporters.Add(message);
        }
        history.Start(record);
        return new HistoryRecorder(history, content, time, record);
    }

    /// <summary>Call it when the build's progress is complete.</summary>
    /// <param name="answers">Null when the build failed.</param>
    public async Task CompleteAsync(BuildProgress progress, BuildAnswers? answers, RpcException? error, IStorageLease lease)
    {
        var response = answers?.Exporters;
        // The client may be gone: the record is made all the same.
        _record.CompletedAt = Now(_time);
        var blobs = new HashSet<Digest>();
        try
        {
            var log = await StatusLog.WriteAsync(_content, progress.ReadAsync(CancellationToken.None), CancellationToken.None);
            Keep(log.Digest, blobs, lease);
            _record.Logs = new BlobDescriptor { MediaType = StatusLog.MediaType, Digest = log.Digest.Value, Size = log.Size };
            (_record.NumTotalSteps, _record.NumCachedSteps, _record.NumCompletedSteps, _record.NumWarnings) =
                (log.Steps, log.CachedSteps, log.CompletedSteps, log.Warnings);
            var explanation = await WriteAsync(BuildExplanation.MediaType, ExplanationJson.Write(progress.Explain()), blobs, lease);
            _record.Logs.Annotations[BuildExplanation.Annotation] = explanation.Digest;
            if (error is not null)
                await AddErrorAsync(error, blobs, lease);
            for (var i = 0; i < (response?.Count ?? 0); i++)
                AddResult(i, response![i], blobs, lease);
            foreach (var (reference, provenance) in answers?.Provenance ?? [])
                await AddProvenanceAsync(reference.Id, provenance, blobs, lease);
            _history.Complete(_record, blobs);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or DbException)
        {
            // A full disk, mostly. A build that went well is not to fail for its record.
            _history.Forget(_record.Ref);
        }
    }

    private async Task AddErrorAsync(RpcException error, HashSet<Digest> blobs, IStorageLease lease)
    {
        var status = RpcStatusDetails.ToStatus(error);
        _record.ExternalError = await WriteAsync(ErrorMediaType, status.ToByteArray(), blobs, lease);
        status.Details.Clear();
        _record.Error = status;
    }

    private async Task AddProvenanceAsync(string platform, Attestation provenance, HashSet<Digest> blobs, IStorageLease lease)
    {
        var blob = await WriteAsync(Attestation.MediaType, provenance.Predicate, blobs, lease);
        blob.Annotations[AttestationNames.PredicateType] = provenance.PredicateType;
        BuildResultInfo info;
        if (platform.Length == 0)
            info = _record.Result ??= new BuildResultInfo();
        else if (!_record.Results.TryGetValue(platform, out info!))
            _record.Results[platform] = info = new BuildResultInfo();
        info.Attestations.Add(blob);
    }

    private async Task<BlobDescriptor> WriteAsync(string mediaType, byte[] bytes, HashSet<Digest> blobs, IStorageLease lease)
    {
        var blob = await _content.WriteAsync(mediaType, bytes, lease, CancellationToken.None);
        blobs.Add(blob.Digest);
        return new BlobDescriptor { MediaType = mediaType, Digest = blob.Digest.Value, Size = blob.Size };
    }

    private void AddResult(int index, IReadOnlyDictionary<string, string> response, HashSet<Digest> blobs, IStorageLease lease)
    {
        foreach (var (key, value) in response)
            _record.ExporterResponse[key] = value;
        if (!response.TryGetValue(DescriptorKey, out var encoded))
            return;
        var descriptor = OciJson.ParseDescriptor(Convert.FromBase64String(encoded));
        if (!_content.TryGetSize(descriptor.Digest, out _))
            return;
        foreach (var blob in ImageBlobs.Find(_content, descriptor))
            Keep(blob, blobs, lease);
        var message = new BlobDescriptor { MediaType = descriptor.MediaType, Digest = descriptor.Digest.Value, Size = descriptor.Size };
        if (descriptor.Annotations is { } annotations)
            message.Annotations.Add(annotations.ToDictionary());
        _record.Result ??= new BuildResultInfo();
        _record.Result.ResultDeprecated ??= message;
        _record.Result.Results[index] = message;
    }

    private static void Keep(Digest digest, HashSet<Digest> blobs, IStorageLease lease)
    {
        lease.Protect(digest);
        blobs.Add(digest);
    }

    /// <summary>Keys of cache stores travel with the frontend's options, passwords in addresses: neither belongs into a record.</summary>
    private static string WithoutSecrets(string key, string value)
    {
        if (key == "cache-imports")
            return WithoutCacheKeys(value);
        return Uri.TryCreate(value, UriKind.Absolute, out var address) && address.UserInfo.Length > 0 && address.Scheme is "http" or "https"
            ? value.Replace(address.UserInfo + "@", "", StringComparison.Ordinal)
            : value;
    }

    private static string WithoutCacheKeys(string json)
    {
        try
        {
            if (JsonNode.Parse(json) is not JsonArray imports)
                return "";
            foreach (var attributes in imports.Select(import => import?["Attrs"]).OfType<JsonObject>())
            {
                foreach (var name in attributes.Select(attribute => attribute.Key).Where(name => name is not ("ref" or "scope")).ToList())
                    attributes.Remove(name);
            }
            return imports.ToJsonString();
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static Timestamp Now(TimeProvider time) => Timestamp.FromDateTimeOffset(time.GetUtcNow());
}
