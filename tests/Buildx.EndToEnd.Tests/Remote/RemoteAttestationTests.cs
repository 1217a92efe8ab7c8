using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>What the real <c>docker buildx build</c> and <c>bake</c> ask to be said about an image: provenance and SBOMs.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteAttestationTests(RemoteBuilder remote)
{
    private const string Sbom = """
        {"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","subject":[],"predicate":{"spdxVersion":"SPDX-2.3","name":"scanned"}}
        """;

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Attest_and_its_short_forms_add_statements_to_the_image_and_disabled_ones_do_not(string builder)
    {
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var buildx = await remote.BuildxAsync(builder);
        var scanner = registry.Host + "/scanner:v1";
        buildx.Write("scanner/sbom", Sbom.Trim());
        buildx.Write("scanner/Dockerfile", "FROM busybox:1.36\nCOPY sbom /sbom\nCMD [\"sh\", \"-c\", \"test -d $BUILDKIT_SCAN_SOURCE/bin && cp /sbom $BUILDKIT_SCAN_DESTINATION/sbom.spdx.json\"]\n");
        await buildx.RunAsync("build", "--builder", builder, "--provenance=false", "-t", scanner, "--push", "scanner");
        buildx.Write("Dockerfile", "FROM busybox:1.36\nARG WHO\nRUN echo \"$WHO\" > /who\n");
        buildx.Write("docker-bake.hcl", $"target \"default\" {{\n  args = {{ WHO = \"baked\" }}\n  tags = [\"{registry.Host}/app:baked\"]\n}}\n");
        async Task<JsonElement> ReadAsync(string tag, string what) => JsonDocument.Parse(await buildx.RunAsync(
            "imagetools", "inspect", "--builder", builder, $"{registry.Host}/app:{tag}", "--format", $"{{{{json .{what}}}}}")).RootElement;

        await buildx.BuildAsync(
            builder, "--build-arg", "WHO=me", "--attest", "type=provenance,mode=max", "--attest", $"type=sbom,generator={scanner}", "-t", registry.Host + "/app:long", "--push");
        await buildx.BuildAsync(builder, "--build-arg", "WHO=me", "--provenance=mode=min", $"--sbom=generator={scanner}", "-t", registry.Host + "/app:short", "--push");
        await buildx.RunAsync("bake", "--builder", builder, "--provenance=mode=max", $"--sbom=generator={scanner}", "--push");
        await buildx.BuildAsync(builder, "--attest", "type=provenance,disabled=true", "-t", registry.Host + "/app:none", "--push");
        await buildx.BuildAsync(builder, "--attest", $"type=sbom,generator={scanner}", "--provenance=true", "-o", $"type=local,dest={buildx.Path}/files");

        foreach (var tag in (string[])["long", "short", "baked"])
            Assert.Equal("scanned", (await ReadAsync(tag, "SBOM")).GetProperty("SPDX").GetProperty("name").GetString());
        Assert.Contains("\"build-arg:WHO\": \"me\"", (await ReadAsync("long", "Provenance")).GetRawText(), StringComparison.Ordinal);
        Assert.Contains("\"build-arg:WHO\": \"baked\"", (await ReadAsync("baked", "Provenance")).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("build-arg:WHO", (await ReadAsync("short", "Provenance")).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("manifests", await buildx.RunAsync("imagetools", "inspect", "--builder", builder, "--raw", registry.Host + "/app:none"), StringComparison.Ordinal);
        Assert.Contains("scanned", buildx.Read("files/sbom.spdx.json"), StringComparison.Ordinal);
        Assert.Contains("slsa.dev/provenance", buildx.Read("files/provenance.json"), StringComparison.Ordinal);
    }
}
