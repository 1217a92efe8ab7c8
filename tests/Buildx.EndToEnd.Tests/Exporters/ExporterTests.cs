using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>What every exporter writes is valid by the OCI specification's schemas, and programs of other people read it.</summary>
public sealed class ExporterTests(ExporterBench bench) : IClassFixture<ExporterBench>
{
    public static TheoryData<string> Variants => [.. ExporterVariants.All.Select(variant => variant.Name)];

    [Theory, MemberData(nameof(Variants))]
    public async Task Each_variant_is_valid_and_everybody_reads_it(string name)
    {
        var result = await bench.BuildAsync(ExporterVariants.All.Single(variant => variant.Name == name));

        if (result.Digest.Length > 0)
            await CheckImageAsync(result);
        await Task.WhenAll(bench.Readers.For(result.Variant.Kind).Select(reader => ReadAsync(reader.Key, reader.Value, result)));
    }

    private static async Task ReadAsync(string reader, Func<ExporterResult, Task> read, ExporterResult result)
    {
        var limit = ReaderLimit.Find(reader, result.Variant);
        try
        {
            await read(result);
        }
        catch (InvalidOperationException e) when (limit is not null)
        {
            Assert.Contains(limit.Says, e.Message, StringComparison.Ordinal);
            return;
        }
        Assert.True(limit is null, $"{reader} reads {result.Variant}, of which it is said: {limit?.Reason}");
    }

    private async Task CheckImageAsync(ExporterResult result)
    {
        if (result.IsArchive)
        {
            Directory.CreateDirectory(result.Layout);
            await Tool.RunAsync("tar", "-xf", result.Destination, "-C", result.Layout);
        }
        if (result.Variant.Kind is not ExporterKind.Push)
            await CheckLayoutAsync(result);
        var root = JsonNode.Parse(await ReadAsync(result, result.Digest))!;
        var images = new List<JsonNode>();
        if (root["manifests"] is not JsonArray manifests)
        {
            images.Add(await CheckManifestAsync(result, result.Digest));
        }
        else
        {
            bench.Schemas.CheckIndex(root.ToJsonString());
            foreach (var descriptor in manifests)
            {
                var manifest = await CheckManifestAsync(result, descriptor!["digest"]!.ToString());
                if (descriptor["annotations"]?["vnd.docker.reference.type"] is null)
                    images.Add(manifest);
            }
        }
        Assert.Equal(result.Variant.Several ? 2 : 1, images.Count);
        result.Variant.Check?.Invoke(root, images);
    }

    private async Task<JsonNode> CheckManifestAsync(ExporterResult result, string digest)
    {
        var json = await ReadAsync(result, digest);
        bench.Schemas.CheckManifest(json);
        var manifest = JsonNode.Parse(json)!;
        var config = await ReadAsync(result, manifest["config"]!["digest"]!.ToString(), isBlob: true);
        Assert.Equal(manifest["config"]!["size"]!.GetValue<long>(), Encoding.UTF8.GetByteCount(config));
        if (manifest["config"]!["mediaType"]!.ToString() != "application/vnd.oci.empty.v1+json")
            bench.Schemas.CheckConfig(config);
        return manifest;
    }

    private async Task CheckLayoutAsync(ExporterResult result)
    {
        bench.Schemas.CheckLayout(await File.ReadAllTextAsync(result.Layout + "/oci-layout"));
        var index = await File.ReadAllTextAsync(result.Layout + "/index.json");
        bench.Schemas.CheckIndex(index);
        var entries = JsonNode.Parse(index)!["manifests"]!.AsArray();
        Assert.All(entries, entry => Assert.Equal(result.Digest, entry!["digest"]!.ToString()));
        Assert.Equal(
            result.Names.Select(name => "docker.io/" + name), entries.Select(entry => entry!["annotations"]?["io.containerd.image.name"]?.ToString()).OfType<string>());
        foreach (var blob in Directory.GetFiles(result.Layout + "/blobs/sha256"))
            Assert.Equal(Path.GetFileName(blob), Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(blob))));
    }

    private async Task<string> ReadAsync(ExporterResult result, string digest, bool isBlob = false)
    {
        if (result.Variant.Kind is not ExporterKind.Push)
            return await File.ReadAllTextAsync($"{result.Layout}/blobs/{digest.Replace(':', '/')}");
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Accept.ParseAdd(
            "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json");
        return await http.GetStringAsync($"{bench.Registry.Url}/v2/exporters/{result.Variant.Name}/{(isBlob ? "blobs" : "manifests")}/{digest}");
    }
}
