using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.Cli.History;
using Buildx.Client;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Cli.Building;

/// <summary>What a build's record says of its provenance, for the metadata file: as SLSA 0.2, which its readers know.</summary>
internal static class MetadataProvenance
{
    private const string Key = "buildx.build.provenance";
    private const string StatementType = "application/vnd.in-toto+json";
    private const string PredicatePrefix = "https://slsa.dev/provenance/";
    private const string FirstVersion = "https://slsa.dev/provenance/v1";

    /// <returns>By the file's keys, JSON in base64; nothing from engines that keep no records.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> FetchAsync(
        BuildkitClient client, string reference, ProvenanceMode mode, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var call = new Control.ControlClient(client.Invoker).ListenBuildHistory(
                new BuildHistoryRequest { Ref = reference, EarlyExit = true }, cancellationToken: cancellationToken);
            var blobs = new RecordBlobs([client]);
            await foreach (var known in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                foreach (var (platform, result) in known.Record?.Results ?? [])
                    await AddAsync($"{Key}/{platform}", result);
                if (known.Record is { Results.Count: 0, Result: { } only })
                    await AddAsync(Key, only);
            }

            async Task AddAsync(string key, BuildResultInfo result)
            {
                var statement = result.Attestations.FirstOrDefault(attestation => attestation.MediaType == StatementType
                    && attestation.Annotations.TryGetValue(AttestationNames.PredicateType, out var type) && type.StartsWith(PredicatePrefix, StringComparison.Ordinal));
                if (statement is null)
                    return;
                var isFirst = statement.Annotations[AttestationNames.PredicateType] == FirstVersion;
                found[key] = System.Convert.ToBase64String(Encoding.UTF8.GetBytes(Reduce(await blobs.ReadAsync(statement.Digest, cancellationToken), isFirst, mode).ToJsonString()));
            }
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            // Before BuildKit 0.11 there were no records.
        }
        return found;
    }

    private static JsonObject Reduce(byte[] predicate, bool isFirstVersion, ProvenanceMode mode)
    {
        var json = JsonNode.Parse(predicate) as JsonObject ?? throw new CliException("the build's record has a provenance that is no JSON object");
        var provenance = isFirstVersion ? Convert(json) : json;
        if (mode != ProvenanceMode.Maximal)
        {
            provenance.Remove("buildConfig");
            provenance.Remove("metadata");
        }
        return provenance;
    }

    /// <summary>The same statement in the words of version 0.2.</summary>
    private static JsonObject Convert(JsonObject predicate)
    {
        var definition = predicate["buildDefinition"] as JsonObject ?? [];
        var external = definition["externalParameters"] as JsonObject ?? [];
        var inner = definition["internalParameters"] as JsonObject ?? [];
        var details = predicate["runDetails"] as JsonObject ?? [];
        var source = new JsonObject();
        Move(external["configSource"] as JsonObject, source, ("uri", "uri"), ("digest", "digest"), ("path", "entryPoint"));
        var environment = new JsonObject();
        Move(inner, environment, [("builderPlatform", "platform"), .. inner.Select(field => field.Key).Where(key => key is not ("builderPlatform" or "buildConfig")).Select(key => (key, key))]);
        var result = new JsonObject
        {
            ["builder"] = new JsonObject { ["id"] = details["builder"]?["id"]?.GetValue<string>() ?? "" },
            ["buildType"] = "https://mobyproject.org/buildkit@v1",
        };
        if (definition["resolvedDependencies"] is JsonArray { Count: > 0 } dependencies)
        {
            result["materials"] = new JsonArray([.. dependencies.OfType<JsonObject>().Select(dependency =>
            {
                var material = new JsonObject();
                Move(dependency, material, ("uri", "uri"), ("digest", "digest"));
                return material;
            })]);
        }
        result["invocation"] = new JsonObject { ["configSource"] = source, ["parameters"] = external["request"]?.DeepClone() ?? new JsonObject(), ["environment"] = environment };
        Move(inner, result, ("buildConfig", "buildConfig"));
        if (details["metadata"] is JsonObject metadata)
            result["metadata"] = ConvertMetadata(metadata);
        return result;
    }

    private static JsonObject ConvertMetadata(JsonObject metadata)
    {
        var result = new JsonObject();
        Move(metadata, result, ("invocationId", "buildInvocationID"), ("invocationID", "buildInvocationID"), ("startedOn", "buildStartedOn"), ("finishedOn", "buildFinishedOn"));
        var known = metadata["buildkit_completeness"] as JsonObject ?? [];
        result["completeness"] = new JsonObject
        {
            ["parameters"] = known["request"]?.GetValue<bool>() == true,
            ["environment"] = true,
            ["materials"] = known["resolvedDependencies"]?.GetValue<bool>() == true,
        };
        result["reproducible"] = metadata["buildkit_reproducible"]?.GetValue<bool>() == true;
        result["https://mobyproject.org/buildkit@v1#metadata"] = metadata["buildkit_metadata"]?.DeepClone() ?? new JsonObject();
        Move(metadata, result, ("buildkit_hermetic", "https://mobyproject.org/buildkit@v1#hermetic"));
        return result;
    }

    private static void Move(JsonObject? from, JsonObject to, params IEnumerable<(string From, string To)> fields)
    {
        foreach (var (name, other) in fields)
        {
            if (from?[name] is { } value)
                to[other] = value.DeepClone();
        }
    }
}
