using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Text.Json.Nodes;

namespace Buildx.Differential.Tests.Images;

/// <summary>An image of one platform from an OCI archive.</summary>
internal sealed record BuiltImage(string Platform, JsonObject Manifest, JsonObject Config, IReadOnlyList<FileTree> Trees)
{
    // Nearly all images begin with the same layer.
    private static readonly ConcurrentDictionary<string, Layer> Layers = new();

    public static IReadOnlyList<BuiltImage> Read(string archive)
    {
        var files = new Dictionary<string, byte[]>();
        using (var reader = new TarReader(File.OpenRead(archive)))
        {
            while (reader.GetNextEntry() is { } entry)
            {
                var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                files[entry.Name] = content.ToArray();
            }
        }
        var images = new List<BuiltImage>();
        Collect(Json(files["index.json"]));
        return images;

        void Collect(JsonObject index)
        {
            foreach (var descriptor in index["manifests"]!.AsArray())
            {
                var content = Json(Blob(descriptor!));
                if (content.ContainsKey("manifests"))
                    Collect(content);
                else
                    images.Add(ReadImage(descriptor!, content));
            }
        }

        BuiltImage ReadImage(JsonNode descriptor, JsonObject manifest)
        {
            var trees = new List<FileTree>();
            foreach (var layer in manifest["layers"]?.AsArray() ?? [])
            {
                var changes = Layers.GetOrAdd((string)layer!["digest"]!, _ => Layer.Read(Blob(layer)));
                trees.Add((trees.LastOrDefault() ?? new FileTree()).Apply(changes));
            }
            return new BuiltImage(descriptor["platform"]?.ToJsonString() ?? "", manifest, Json(Blob(manifest["config"]!)), trees);
        }

        byte[] Blob(JsonNode descriptor) => files["blobs/" + ((string)descriptor["digest"]!).Replace(':', '/')];
    }

    private static JsonObject Json(byte[] content) => JsonNode.Parse(content)!.AsObject();
}
