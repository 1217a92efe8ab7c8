using System.Text.Json;
using Buildx.Client;
using Buildx.Protocol.Pb;

namespace Buildx.Cli.Baking;

/// <summary>How one target goes on from others: their graphs are inputs of its frontend, which its contexts refer to.</summary>
internal static class TargetInputs
{
    private const string ConfigKey = "containerimage.config";

    /// <param name="inputs">The graphs of the targets that it is linked to.</param>
    public static SolveOptions Add(SolveOptions options, TargetBuild target, IReadOnlyDictionary<string, IReadOnlyList<BuildGraph>> inputs)
    {
        if (target.Links.Count == 0)
            return options;
        var attributes = options.FrontendAttributes.ToDictionary(StringComparer.Ordinal);
        var definitions = options.FrontendInputs.ToDictionary(StringComparer.Ordinal);
        foreach (var (context, linked) in target.Links)
        {
            // What is only looked at has nothing behind it: any base does.
            if (inputs[linked].Count == 0)
                attributes[$"context:{context}"] = "docker-image://scratch";
            foreach (var graph in inputs[linked])
            {
                var suffix = graph.Platform.Length == 0 ? "" : $"::{graph.Platform}";
                definitions[linked + suffix] = graph.Definition ?? new Definition();
                attributes[$"context:{context}{suffix}"] = $"input:{linked}{suffix}";
                if (graph.ImageConfig is { } config)
                    attributes[$"input-metadata:{linked}{suffix}"] = WriteMetadata(config);
            }
        }
        return options with { FrontendAttributes = attributes, FrontendInputs = definitions };
    }

    private static string WriteMetadata(ReadOnlyMemory<byte> config)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteBase64String(ConfigKey, config.Span);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
