using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.Drivers.Store;
using Buildx.Protocol.ControlApi;
using Google.Protobuf.WellKnownTypes;

namespace Buildx.Cli.History;

/// <summary>A record as bundles hold it: the JSON that Go makes of BuildKit's message, with what only this machine knows.</summary>
internal static class BundleRecord
{
    public static JsonObject ToJson(BuildHistoryRecord record, string? defaultPlatform, LocalBuild? local, LocalBuildGroup? group)
    {
        var json = new JsonObject();
        Put(json, "Ref", record.Ref);
        Put(json, "Frontend", record.Frontend);
        Put(json, "FrontendAttrs", record.FrontendAttrs.ToDictionary(pair => pair.Key, pair => pair.Key == "cache-imports" ? WithoutKeys(pair.Value) : pair.Value));
        if (record.Exporters.Count > 0)
            json["Exporters"] = new JsonArray([.. record.Exporters.Select(ToJson)]);
        if (record.Error is { } error)
        {
            var status = new JsonObject();
            Put(status, "code", error.Code);
            Put(status, "message", error.Message);
            json["error"] = status;
        }
        Put(json, "CreatedAt", record.CreatedAt);
        Put(json, "CompletedAt", record.CompletedAt);
        Put(json, "logs", record.Logs);
        Put(json, "ExporterResponse", record.ExporterResponse.ToDictionary());
        if (record.Result is { } result)
            json["Result"] = ToJson(result);
        if (record.Results.Count > 0)
            json["Results"] = new JsonObject(record.Results.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)ToJson(pair.Value))));
        Put(json, "Generation", record.Generation);
        if (record.Pinned)
            json["pinned"] = true;
        Put(json, "numCachedSteps", record.NumCachedSteps);
        Put(json, "numTotalSteps", record.NumTotalSteps);
        Put(json, "numCompletedSteps", record.NumCompletedSteps);
        Put(json, "externalError", record.ExternalError);
        Put(json, "numWarnings", record.NumWarnings);
        json["DefaultPlatform"] = defaultPlatform ?? "";
        if (local is not null)
            json["localState"] = ToJson(local);
        if (group is not null)
            json["stateGroup"] = ToJson(group);
        return json;
    }

    private static JsonObject ToJson(Exporter exporter)
    {
        var json = new JsonObject();
        Put(json, "Type", exporter.Type);
        Put(json, "Attrs", exporter.Attrs.ToDictionary());
        return json;
    }

    private static JsonObject ToJson(BuildResultInfo result)
    {
        var json = new JsonObject();
        Put(json, "ResultDeprecated", result.ResultDeprecated);
        if (result.Attestations.Count > 0)
            json["Attestations"] = new JsonArray([.. result.Attestations.Select(ToJson)]);
        if (result.Results.Count > 0)
        {
            json["Results"] = new JsonObject(result.Results.OrderBy(pair => pair.Key).Select(
                pair => KeyValuePair.Create(pair.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), (JsonNode?)ToJson(pair.Value))));
        }
        return json;
    }

    private static JsonObject ToJson(BlobDescriptor descriptor)
    {
        var json = new JsonObject();
        Put(json, "media_type", descriptor.MediaType);
        Put(json, "digest", descriptor.Digest);
        Put(json, "size", descriptor.Size);
        Put(json, "annotations", descriptor.Annotations.ToDictionary());
        return json;
    }

    private static JsonObject ToJson(LocalBuild local)
    {
        var json = new JsonObject { ["Target"] = local.Target, ["LocalPath"] = local.LocalPath, ["DockerfilePath"] = local.DockerfilePath };
        if (local.GroupRef is not null)
            json["GroupRef"] = local.GroupRef;
        return json;
    }

    private static JsonObject ToJson(LocalBuildGroup group)
    {
        var json = new JsonObject();
        if (group.Targets is { Count: > 0 } targets)
            json["Targets"] = new JsonArray([.. targets.Select(target => JsonValue.Create(target))]);
        json["Refs"] = new JsonArray([.. group.Refs.Select(reference => JsonValue.Create(reference))]);
        return json;
    }

    private static void Put(JsonObject json, string name, string text)
    {
        if (text.Length > 0)
            json[name] = text;
    }

    private static void Put(JsonObject json, string name, long number)
    {
        if (number != 0)
            json[name] = number;
    }

    private static void Put(JsonObject json, string name, Dictionary<string, string> map)
    {
        if (map.Count > 0)
            json[name] = new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));
    }

    private static void Put(JsonObject json, string name, BlobDescriptor? descriptor)
    {
        if (descriptor is not null)
            json[name] = ToJson(descriptor);
    }

    private static void Put(JsonObject json, string name, Timestamp? time)
    {
        if (time is null)
            return;
        var parts = new JsonObject();
        Put(parts, "seconds", time.Seconds);
        Put(parts, "nanos", time.Nanos);
        json[name] = parts;
    }

    /// <summary>Keys of cache stores are nobody's business; which caches were read may be told.</summary>
    private static string WithoutKeys(string imports)
    {
        try
        {
            if (JsonNode.Parse(imports) is not JsonArray list)
                return "";
            foreach (var attributes in list.Select(import => import?["Attrs"]).OfType<JsonObject>())
            {
                foreach (var name in attributes.Select(attribute => attribute.Key).Where(name => name is not ("ref" or "scope")).ToList())
                    attributes.Remove(name);
            }
            return list.ToJsonString();
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
