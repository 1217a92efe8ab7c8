using System.Text.Json;
using Buildx.Engine.Exporting.Images;
using Buildx.Oci;

namespace Buildx.Engine.Exporting.Archives;

/// <summary>The <c>manifest.json</c> by which <c>docker load</c> and <c>podman load</c> know an archive's images.</summary>
internal static class DockerArchiveManifest
{
    public static byte[] Serialize(AssembledManifest manifest, IReadOnlyList<ImageReference> names)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartArray();
            writer.WriteStartObject();
            writer.WriteString("Config", OciLayout.GetBlobName(manifest.Config.Digest));
            if (names.Count == 0)
            {
                writer.WriteNull("RepoTags");
            }
            else
            {
                writer.WriteStartArray("RepoTags");
                foreach (var name in names)
                    writer.WriteStringValue(name.FamiliarName);
                writer.WriteEndArray();
            }
            writer.WriteStartArray("Layers");
            foreach (var layer in manifest.Layers)
                writer.WriteStringValue(OciLayout.GetBlobName(layer.Descriptor.Digest));
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
        return json.ToArray();
    }
}
