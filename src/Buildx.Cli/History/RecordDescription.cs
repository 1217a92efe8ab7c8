using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.Cli.Values;
using Buildx.Client.Progress;
using Buildx.Drivers.Store;
using Buildx.Oci;
using Buildx.Protocol.Errors;
using Grpc.Core;

namespace Buildx.Cli.History;

/// <summary>All that is known of a build, as <c>history inspect</c> shows it: with Buildx's field names, those that are empty included.</summary>
internal sealed class RecordDescription
{
    private readonly Dictionary<string, string> _attributes;
    private readonly JsonObject _json = [];
    private readonly JsonArray _problems = [];

    private RecordDescription(IReadOnlyDictionary<string, string> attributes) => _attributes = attributes.ToDictionary(StringComparer.Ordinal);

    public static async Task<JsonObject> MakeAsync(BuildRecord build, LocalBuild? local, RecordBlobs blobs, CancellationToken cancellationToken)
    {
        var description = new RecordDescription(build.Record.FrontendAttrs);
        description.AddSource(build, local);
        description.AddTimes(build);
        await description.AddErrorAsync(build, blobs, cancellationToken);
        description.AddSteps(build);
        description._json["BuildArgs"] = description.Pairs("build-arg:");
        description._json["Labels"] = description.Pairs("label:");
        description.AddConfiguration();
        await description.AddAttachmentsAsync(build, blobs, cancellationToken);
        description._json["Errors"] = description._problems;
        return description._json;
    }

    /// <summary>Without what is empty, as JSON is printed.</summary>
    public static JsonObject WithoutEmpty(JsonObject json)
    {
        string[] kept = ["Ref", "NumCompletedSteps", "NumTotalSteps", "NumCachedSteps", "Config"];
        var result = new JsonObject();
        foreach (var (key, value) in json)
        {
            var copy = value switch
            {
                JsonObject map => WithoutEmpty(map),
                JsonArray list => new JsonArray([.. list.Select(item => item is JsonObject map ? WithoutEmpty(map) : item?.DeepClone())]),
                _ => value?.DeepClone(),
            };
            if (kept.Contains(key) || !IsEmpty(copy))
                result[key] = copy;
        }
        return result;
    }

    private static bool IsEmpty(JsonNode? value) => value switch
    {
        null => true,
        JsonObject map => map.Count == 0,
        JsonArray list => list.Count == 0,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>().Length == 0,
            JsonValueKind.False => true,
            JsonValueKind.Number => value.ToJsonString() == "0",
            _ => false,
        },
    };

    private void AddSource(BuildRecord build, LocalBuild? local)
    {
        _attributes.Remove("frontend.caps");
        var (context, dockerfile) = local is null ? ("", "") : ShowPaths(local);
        if (context.Length == 0)
            context = Take("context") ?? "";
        var isRemote = _attributes.ContainsKey("context");
        var file = Take("filename");
        if (dockerfile.Length == 0 && file is not null)
            dockerfile = _attributes.TryGetValue("vcs:localdir:dockerfile", out var directory) ? UnixPath.Join(directory, file) : file;
        _json["Name"] = BuildName.Of(build.Record.FrontendAttrs, local);
        _json["Ref"] = build.Record.Ref;
        _json["Context"] = context;
        _json["Dockerfile"] = dockerfile;
        _json["VCSRepository"] = isRemote ? "" : _attributes.GetValueOrDefault("vcs:source", "");
        _json["VCSRevision"] = isRemote ? "" : _attributes.GetValueOrDefault("vcs:revision", "");
        _json["Target"] = Take("target") ?? "";
        _json["Platform"] = Platforms(Take("platform"));
        _json["KeepGitDir"] = Switch("build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR");
        _json["NamedContexts"] = Pairs("context:");
    }

    private static (string Context, string Dockerfile) ShowPaths(LocalBuild local) => (
        ShowBelow(Environment.CurrentDirectory, local.LocalPath),
        local.DockerfilePath is "" or "-" ? local.DockerfilePath : ShowBelow(local.LocalPath, local.DockerfilePath));

    private static string ShowBelow(string directory, string path)
    {
        if (!Path.IsPathRooted(path) || !Path.IsPathRooted(directory))
            return path;
        var relative = Path.GetRelativePath(directory, path);
        return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) ? path : relative;
    }

    private void AddTimes(BuildRecord build)
    {
        var (started, completed) = (build.Record.CreatedAt, build.Record.CompletedAt);
        _json["StartedAt"] = started is null ? "" : TimestampText.Format(started, isLocal: true);
        _json["CompletedAt"] = completed is null ? "" : TimestampText.Format(completed, isLocal: true);
        _json["Duration"] = started is null || completed is null ? (long)build.Duration.TotalNanoseconds : TimestampText.Between(started, completed);
        _json["Status"] = build.CompletedAt is null ? "running"
            : build.Record.Error is not { } error ? "completed"
            : (StatusCode)error.Code == StatusCode.Cancelled ? "canceled" : "failed";
    }

    private async Task AddErrorAsync(BuildRecord build, RecordBlobs blobs, CancellationToken cancellationToken)
    {
        if (build.Record is not ({ Error: not null } or { ExternalError: not null }))
            return;
        var json = new JsonObject { ["Code"] = build.Record.Error?.Code ?? 0, ["Message"] = build.Record.Error?.Message ?? "" };
        _json["Error"] = json;
        if (build.Record.ExternalError is not { } external)
            return;
        var details = RpcStatusDetails.Read(await blobs.ReadAsync(external.Digest, cancellationToken));
        if (details.VertexDigest is { } vertex)
        {
            var (name, lines) = await RecordProgress.ReadStepAsync(build, vertex, cancellationToken);
            json["Name"] = name;
            json["Logs"] = new JsonArray([.. lines.Select(line => JsonValue.Create(line))]);
        }
        using var sources = new StringWriter { NewLine = "\n" };
        foreach (var source in details.Sources)
        {
            FailureReport.WriteSource(sources, source);
            sources.WriteLine();
        }
        json["Sources"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(sources.ToString()));
    }

    private void AddSteps(BuildRecord build)
    {
        _json["NumCompletedSteps"] = build.Record.NumCompletedSteps;
        _json["NumTotalSteps"] = build.Record.NumTotalSteps;
        _json["NumCachedSteps"] = build.Record.NumCachedSteps;
    }

    private void AddConfiguration()
    {
        var noCache = Take("no-cache");
        var json = new JsonObject
        {
            ["Network"] = Take("force-network-mode") ?? "",
            ["ExtraHosts"] = Texts(Take("add-hosts") is { } hosts ? CsvFields.Split("add-hosts", hosts) : []),
            ["Hostname"] = Take("hostname") ?? "",
            ["CgroupParent"] = Take("cgroup-parent") ?? "",
            ["ImageResolveMode"] = Take("image-resolve-mode") ?? "",
        };
        var multiPlatform = Switch("build-arg:BUILDKIT_MULTI_PLATFORM");
        json["MultiPlatform"] = Switch("multi-platform") || multiPlatform;
        json["NoCache"] = noCache is "";
        json["NoCacheFilter"] = Texts(noCache is { Length: > 0 } ? noCache.Split(',') : []);
        foreach (var (field, attribute) in new[]
        {
            ("ShmSize", "shm-size"), ("Ulimit", "ulimit"), ("Memory", "memory"), ("MemorySwap", "memswap"), ("CPUShares", "cpushares"), ("CPUPeriod", "cpuperiod"),
            ("CPUQuota", "cpuquota"), ("CPUSetCPUs", "cpusetcpus"), ("CPUSetMems", "cpusetmems"), ("CacheMountNS", "build-arg:BUILDKIT_CACHE_MOUNT_NS"),
            ("DockerfileCheckConfig", "build-arg:BUILDKIT_DOCKERFILE_CHECK"), ("SourceDateEpoch", "build-arg:SOURCE_DATE_EPOCH"),
            ("SandboxHostname", "build-arg:SANDBOX_HOSTNAME"),
        })
        {
            json[field] = Take(attribute) ?? "";
        }
        string[] shownElsewhere = ["vcs:", "build-arg:", "label:", "context:", "attest:"];
        json["RestRaw"] = new JsonArray([.. _attributes
            .Where(attribute => !shownElsewhere.Any(prefix => attribute.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
            .Select(attribute => Pair(attribute.Key, attribute.Value))]);
        _json["Config"] = json;
    }

    private async Task AddAttachmentsAsync(BuildRecord build, RecordBlobs blobs, CancellationToken cancellationToken)
    {
        var attachments = await new RecordAttachments(blobs).ListAsync(build.Record, cancellationToken);
        _json["Materials"] = attachments.FirstOrDefault(attachment => attachment.IsProvenance) is { } provenance
            ? Materials(await blobs.ReadAsync(provenance.Digest, cancellationToken))
            : [];
        _json["Attachments"] = new JsonArray([.. attachments.Select(attachment => new JsonObject
        {
            ["Digest"] = attachment.Digest,
            ["Platform"] = attachment.Platform?.ToString() ?? "",
            ["Type"] = attachment.Type,
        })]);
    }

    private static JsonArray Materials(byte[] provenance)
    {
        using var document = JsonDocument.Parse(provenance);
        var root = document.RootElement;
        var list = root.TryGetProperty("materials", out var materials) ? materials
            : root.TryGetProperty("buildDefinition", out var definition) && definition.TryGetProperty("resolvedDependencies", out var dependencies) ? dependencies : default;
        return list.ValueKind != JsonValueKind.Array ? [] : new JsonArray([.. list.EnumerateArray().Select(material => new JsonObject
        {
            ["URI"] = material.GetProperty("uri").GetString(),
            ["Digests"] = Texts(material.TryGetProperty("digest", out var digests) ? digests.EnumerateObject().Select(digest => $"{digest.Name}:{digest.Value.GetString()}") : []),
        })]);
    }

    private string? Take(string key) => _attributes.Remove(key, out var value) ? value : null;

    private bool Switch(string key)
    {
        if (Take(key) is not { } text)
            return false;
        if (!BooleanText.TryParse(text, out var value))
            _problems.Add((JsonNode)$"{key}: \"{text}\" is neither true nor false");
        return value;
    }

    private JsonArray Platforms(string? text)
    {
        var platforms = new JsonArray();
        foreach (var name in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Platform.TryParse(name, out var platform))
                platforms.Add((JsonNode)platform.Normalize().ToString());
            else
                _problems.Add((JsonNode)$"platform: \"{name}\" is none");
        }
        return platforms;
    }

    private JsonArray Pairs(string prefix) => new([.. _attributes
        .Where(attribute => attribute.Key.StartsWith(prefix, StringComparison.Ordinal))
        .OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
        .Select(attribute => Pair(attribute.Key[prefix.Length..], attribute.Value))]);

    private static JsonObject Pair(string name, string value) => new() { ["Name"] = name, ["Value"] = value };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
