using System.Text;
using System.Text.Json;

namespace Buildx.Oci.Tests;

public class OciJsonTests
{
    [Fact]
    public void A_config_keeps_fields_it_does_not_know()
    {
        const string Json = """
            {"architecture":"arm","variant":"v7","os":"linux","docker_version":"20.1","config":{"Env":["A=b"],"Hostname":"x","Healthcheck":{"Test":["NONE"]},"ExposedPorts":{"80/tcp":{}},"ArgsEscaped":true},"rootfs":{"type":"layers","diff_ids":["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]},"history":[{"created":"2023-05-04T01:02:03.123456789Z","created_by":"RUN a && b <c>","empty_layer":true}],"moby.buildkit.cache.v0":"x"}
            """;
        var config = OciJson.ParseConfig(Encoding.UTF8.GetBytes(Json));
        Assert.Equal(Platform.Parse("linux/arm/v7"), config.Platform);
        Assert.Equal(["80/tcp"], config.Config!.ExposedPorts!);
        using var written = JsonDocument.Parse(OciJson.Serialize(config));
        Assert.Equal("20.1", written.RootElement.GetProperty("docker_version").GetString());
        Assert.Equal("x", written.RootElement.GetProperty("moby.buildkit.cache.v0").GetString());
        Assert.Equal("x", written.RootElement.GetProperty("config").GetProperty("Hostname").GetString());
        Assert.True(written.RootElement.GetProperty("config").GetProperty("ArgsEscaped").GetBoolean());
        Assert.Contains("RUN a && b <c>", Encoding.UTF8.GetString(OciJson.Serialize(config)));
        Assert.Equal("2023-05-04T01:02:03.123456789Z", written.RootElement.GetProperty("history")[0].GetProperty("created").GetString());
    }

    [Fact]
    public void Equal_values_give_equal_bytes()
    {
        var one = new ContainerConfig { Labels = new Dictionary<string, string> { ["b"] = "1", ["a"] = "2" }, Volumes = ["/z", "/y"] };
        var two = new ContainerConfig { Labels = new Dictionary<string, string> { ["a"] = "2", ["b"] = "1" }, Volumes = ["/y", "/z"] };
        Assert.Equal(
            OciJson.Serialize(new ImageConfig { Os = "linux", Architecture = "386", Config = one }),
            OciJson.Serialize(new ImageConfig { Os = "linux", Architecture = "386", Config = two }));
    }

    [Fact]
    public void A_manifest_is_written_in_the_order_of_the_specification_and_read_back()
    {
        var digest = Digest.Sha256("x"u8);
        var manifest = new ImageManifest(new Descriptor(MediaTypes.OciConfig, digest, 1), [new Descriptor(MediaTypes.OciLayerGzip, digest, 1)])
        {
            MediaType = MediaTypes.OciManifest,
            Annotations = new Dictionary<string, string> { ["a"] = "é & <" },
        };
        var json = OciJson.Serialize(manifest);
        Assert.Equal(
            $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{digest}}}","size":1},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{{digest}}}","size":1}],"annotations":{"a":"é & <"}}""",
            Encoding.UTF8.GetString(json));
        Assert.Equal(json, OciJson.Serialize(OciJson.ParseManifest(json)));
    }

    [Theory]
    [InlineData("""{"manifests":[]}""", MediaTypes.OciIndex)]
    [InlineData("""{"config":{},"layers":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}""", MediaTypes.DockerManifest)]
    [InlineData("""{"schemaVersion":1,"fsLayers":[]}""", MediaTypes.DockerManifestV1)]
    [InlineData("<html>", null)]
    public void A_manifest_without_a_media_type_is_told_by_its_content(string json, string? type) =>
        Assert.Equal(type, OciJson.DetectManifestType(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"layers":[]}""")]
    [InlineData("""{"config":{"mediaType":"x","digest":"sha256:../../etc","size":1},"layers":[]}""")]
    public void A_bad_manifest_is_refused(string json) =>
        Assert.Throws<InvalidDataException>(() => OciJson.ParseManifest(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_config_without_a_platform_has_none() => Assert.Null(OciJson.ParseConfig("{}"u8).Platform);
}
