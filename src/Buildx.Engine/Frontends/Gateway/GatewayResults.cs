using System.Text;
using System.Text.Json;
using Buildx.Oci;
using Buildx.Protocol.Gateway;
using Google.Protobuf;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>
/// A frontend's result as <c>LLBBridge</c> carries it: image configs and platforms are entries of its metadata
/// (BuildKit's <c>exporter/containerimage/exptypes</c>).
/// </summary>
internal static class GatewayResults
{
    private const string ConfigKey = "containerimage.config";
    private const string PlatformsKey = "refs.platforms";

    public static Result ToMessage(FrontendResult result, Func<IBuildReference, string> name)
    {
        var message = new Result();
        foreach (var (key, value) in result.Metadata)
            message.Metadata[key] = ByteString.CopyFrom(value);
        foreach (var reference in result.References)
        {
            if (reference.ConfigJson is { } config)
                message.Metadata[Key(ConfigKey, reference.Id)] = ByteString.CopyFrom(config);
        }
        if (result.References.Count > 0)
            message.Metadata[PlatformsKey] = ByteString.CopyFrom(WritePlatforms(result.References));
        if (result.References is [{ Id: "" } single])
        {
            message.Ref = ToMessage(single, name);
        }
        else if (result.References.Count > 0)
        {
            message.Refs = new RefMap();
            foreach (var reference in result.References)
                message.Refs.Refs[reference.Id] = ToMessage(reference, name);
        }
        return message;
    }

    /// <summary>For a client that knows results by their ids only.</summary>
    public static void MakeDeprecated(Result message)
    {
        switch (message.ResultCase)
        {
            case Result.ResultOneofCase.Ref:
                message.RefDeprecated = message.Ref.Id;
                break;
            case Result.ResultOneofCase.Refs:
                var ids = new RefMapDeprecated();
                foreach (var (key, reference) in message.Refs.Refs)
                    ids.Refs[key] = reference.Id;
                message.RefsDeprecated = ids;
                break;
        }
    }

    /// <exception cref="InvalidDataException">The result contradicts itself.</exception>
    public static FrontendResult FromMessage(Result message, Func<string, IBuildReference?> find)
    {
        var metadata = message.Metadata.ToDictionary(entry => entry.Key, entry => entry.Value.ToByteArray());
        var platforms = metadata.Remove(PlatformsKey, out var json) ? ReadPlatforms(json) : [];
        var references = new List<FrontendReference>();
        switch (message.ResultCase)
        {
            case Result.ResultOneofCase.Ref or Result.ResultOneofCase.RefDeprecated:
                var id = message.Ref?.Id ?? message.RefDeprecated;
                metadata.Remove(ConfigKey, out var config);
                if (config is null && platforms is [var only] && metadata.Remove(Key(ConfigKey, only.Id), out var platformConfig))
                    config = platformConfig;
                references.Add(new FrontendReference("", platforms is [var platform] ? platform.Platform : Platform.Host, find(id), config));
                return new FrontendResult(references, false, metadata);
            case Result.ResultOneofCase.Refs or Result.ResultOneofCase.RefsDeprecated:
                var ids = message.Refs?.Refs.ToDictionary(entry => entry.Key, entry => entry.Value.Id) ?? message.RefsDeprecated.Refs.ToDictionary();
                foreach (var (key, platform2) in platforms)
                {
                    if (!ids.TryGetValue(key, out var reference))
                        throw new InvalidDataException($"the frontend returned no result for its platform {key}");
                    metadata.Remove(Key(ConfigKey, key), out var configOfPlatform);
                    references.Add(new FrontendReference(key, platform2, find(reference), configOfPlatform));
                }
                if (references.Count == 0 && ids.Count > 0)
                    throw new InvalidDataException($"the frontend returned several results without {PlatformsKey}");
                return new FrontendResult(references, true, metadata);
            default:
                return new FrontendResult([], false, metadata);
        }
    }

    private static Ref ToMessage(FrontendReference reference, Func<IBuildReference, string> name) =>
        reference.Reference is { } built ? new Ref { Id = name(built), Def = built.Definition } : new Ref();

    private static string Key(string key, string platformId) => platformId.Length == 0 ? key : $"{key}/{platformId}";

    private static byte[] WritePlatforms(IReadOnlyList<FrontendReference> references)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("Platforms");
            foreach (var reference in references)
            {
                json.WriteStartObject();
                json.WriteString("ID", reference.Id.Length > 0 ? reference.Id : reference.Platform.ToString());
                json.WriteStartObject("Platform");
                json.WriteString("architecture", reference.Platform.Architecture);
                json.WriteString("os", reference.Platform.Os);
                if (reference.Platform.OsVersion is { } version)
                    json.WriteString("os.version", version);
                if (reference.Platform.Variant is { } variant)
                    json.WriteString("variant", variant);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static List<(string Id, Platform Platform)> ReadPlatforms(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("Platforms").EnumerateArray().Select(entry =>
            {
                var platform = entry.GetProperty("Platform");
                return (entry.GetProperty("ID").GetString() ?? "", new Platform(
                    platform.GetProperty("os").GetString() ?? "",
                    platform.GetProperty("architecture").GetString() ?? "",
                    platform.TryGetProperty("variant", out var variant) ? variant.GetString() : null).Normalize());
            })];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"the frontend's {PlatformsKey} can't be read: {Encoding.UTF8.GetString(json)}", e);
        }
    }
}
