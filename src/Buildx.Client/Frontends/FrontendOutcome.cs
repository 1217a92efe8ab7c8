using System.Text.Json;
using Buildx.Oci;
using Buildx.Protocol.Gateway;
using Google.Protobuf;

namespace Buildx.Client.Frontends;

/// <summary>What a frontend returns: a tree and an image config, or several, one for each platform.</summary>
public sealed class FrontendOutcome
{
    private const string ConfigKey = "containerimage.config";

    private readonly List<(Platform Platform, SolvedTree Tree, ImageConfig? Config)> _platforms = [];
    private readonly SolvedTree? _single;
    private readonly ImageConfig? _config;

    /// <summary>A result for several platforms: <see cref="Add"/> them.</summary>
    public FrontendOutcome()
    {
    }

    /// <param name="config">For exporters that make an image.</param>
    public FrontendOutcome(SolvedTree tree, ImageConfig? config = null) => (_single, _config) = (tree, config);

    /// <summary>More for the exporters, by BuildKit's keys.</summary>
    public IDictionary<string, byte[]> Metadata { get; } = new Dictionary<string, byte[]>();

    public FrontendOutcome Add(Platform platform, SolvedTree tree, ImageConfig? config = null)
    {
        if (_single is not null)
            throw new InvalidOperationException("a result is either one tree, or one for each platform");
        _platforms.Add((platform, tree, config));
        return this;
    }

    internal Result ToMessage()
    {
        var result = new Result();
        foreach (var (key, value) in Metadata)
            result.Metadata[key] = ByteString.CopyFrom(value);
        if (_single is not null)
        {
            result.Ref = new Ref { Id = _single.Id };
            if (_config is not null)
                result.Metadata[ConfigKey] = ToJson(_config);
            return result;
        }
        result.Refs = new RefMap();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("Platforms");
            foreach (var (platform, tree, config) in _platforms)
            {
                var id = platform.ToString();
                result.Refs.Refs[id] = new Ref { Id = tree.Id };
                if (config is not null)
                    result.Metadata[$"{ConfigKey}/{id}"] = ToJson(config);
                json.WriteStartObject();
                json.WriteString("ID", id);
                json.WriteStartObject("Platform");
                json.WriteString("architecture", platform.Architecture);
                json.WriteString("os", platform.Os);
                if (platform.Variant is { } variant)
                    json.WriteString("variant", variant);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        result.Metadata["refs.platforms"] = ByteString.CopyFrom(buffer.ToArray());
        return result;
    }

    private static ByteString ToJson(ImageConfig config) => ByteString.CopyFrom(OciJson.Serialize(config));
}
