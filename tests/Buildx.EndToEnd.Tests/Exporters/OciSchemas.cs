using System.Text.Json.Nodes;
using Buildx.TestSupport;
using NJsonSchema;

namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>The JSON schemas of the OCI image specification.</summary>
internal sealed class OciSchemas
{
    private readonly Dictionary<string, JsonSchema> _schemas = [];

    private OciSchemas()
    {
    }

    public static async Task<OciSchemas> OpenAsync()
    {
        var directory = Path.Combine(await Peers.GetDirectoryAsync(), "oci-schemas");
        var schemas = new OciSchemas();
        foreach (var name in (string[])["image-index-schema", "image-manifest-schema", "config-schema", "image-layout-schema"])
            schemas._schemas[name] = await JsonSchema.FromFileAsync(Path.Combine(directory, name + ".json"));
        return schemas;
    }

    public void CheckIndex(string json) => Check("image-index-schema", json);

    public void CheckManifest(string json) => Check("image-manifest-schema", json);

    public void CheckConfig(string json) => Check("config-schema", json);

    public void CheckLayout(string json) => Check("image-layout-schema", json);

    private void Check(string schema, string json)
    {
        var errors = _schemas[schema].Validate(json);
        Assert.True(errors.Count == 0, $"{schema}: {string.Join("; ", errors)}\n{JsonNode.Parse(json)}");
    }
}
