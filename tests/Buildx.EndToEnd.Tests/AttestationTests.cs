using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.EndToEnd.Tests.Caches;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Provenance and SBOMs, read by the real Buildx and compared with those of BuildKit.</summary>
public sealed class AttestationTests(BaseImageRegistry bases)
{
    [Theory]
    [InlineData("mode=max,version=v1")]
    [InlineData("mode=min,version=v0.2,builder-id=https://example.com/me")]
    public async Task Our_provenance_says_what_that_of_BuildKit_says(string options)
    {
        await using var place = await CreateAsync();
        await using var real = await RealBuildKit.StartAsync(bases);
        string[] arguments = [$"--provenance={options}", "--build-arg", "WHO=me", "--label", "a=b", "--push"];
        await place.BuildAsync([.. arguments, "-t", $"{bases.Server.Host}/attested/ours:1"]);
        await real.BuildAsync(place.Project, [.. arguments, "-t", $"{bases.Server.Host}/attested/theirs:1"]);

        var (ours, theirs) = (await ReadAsync(real, "attested/ours:1"), await ReadAsync(real, "attested/theirs:1"));

        Assert.Equal(Comparable(theirs).ToJsonString(), Comparable(ours).ToJsonString());
        Assert.Equal(await SubjectsAsync("attested/theirs:1"), (await SubjectsAsync("attested/ours:1")).Replace("attested/ours", "attested/theirs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Images_that_are_pushed_have_minimal_provenance_by_default_and_files_have_none()
    {
        await using var place = await CreateAsync();
        await using var real = await RealBuildKit.StartAsync(bases);

        await place.BuildAsync("-t", $"{bases.Server.Host}/attested/default:1", "--push", "-o", $"type=local,dest={place.Path}/files");
        place.Environment["BUILDX_NO_DEFAULT_ATTESTATIONS"] = "1";
        await place.BuildAsync("-t", $"{bases.Server.Host}/attested/none:1", "--push");

        Assert.NotNull((await ReadAsync(real, "attested/default:1"))["SLSA"]);
        Assert.False(File.Exists(place.Path + "/files/provenance.json"));
        Assert.DoesNotContain("manifests", await ReadManifestAsync("attested/none:1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_platform_has_its_own_statement_and_materials()
    {
        await using var place = await CreateAsync();
        await using var real = await RealBuildKit.StartAsync(bases);

        await place.BuildAsync("--platform", "linux/amd64,linux/arm64", "--provenance=mode=min,reproducible=true", "-t", $"{bases.Server.Host}/attested/two:1", "--push");

        var provenance = await ReadAsync(real, "attested/two:1");
        foreach (var platform in new[] { "amd64", "arm64" })
        {
            var text = provenance[$"linux/{platform}"]!.ToJsonString();
            Assert.Contains($"linux%2F{platform}", text, StringComparison.Ordinal);
            Assert.Contains("\"buildkit_reproducible\":true", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_scanner_image_makes_the_SBOM_of_images_and_of_files()
    {
        await using var place = await CreateAsync();
        await using var real = await RealBuildKit.StartAsync(bases);
        var scanner = await MakeScannerAsync(place);

        await place.BuildAsync(
            $"--sbom=generator={scanner},WORD=hello", "--provenance=mode=max", "-t", $"{bases.Server.Host}/attested/sbom:1", "--push", "-o", $"type=local,dest={place.Path}/files");

        var sbom = await real.BuildxAsync("imagetools", "inspect", $"{bases.Server.Host}/attested/sbom:1", "--format", "{{json .SBOM}}");
        Assert.Contains("hello: built by me", sbom, StringComparison.Ordinal);
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(place.Path + "/files/sbom.spdx.json", TestContext.Current.CancellationToken));
        Assert.Equal("https://spdx.dev/Document", file.RootElement.GetProperty("predicateType").GetString());
        using var provenance = JsonDocument.Parse(await File.ReadAllTextAsync(place.Path + "/files/provenance.json", TestContext.Current.CancellationToken));
        Assert.Contains(provenance.RootElement.GetProperty("subject").EnumerateArray(), subject => subject.GetProperty("name").GetString() == "made");
    }

    [Fact]
    public async Task What_a_scanner_writes_must_be_a_statement_about_contents()
    {
        await using var place = await CreateAsync();
        place.Write("bad/Dockerfile", "FROM busybox:1.36\nCMD [\"sh\", \"-c\", \"echo {} > $BUILDKIT_SCAN_DESTINATION/sbom.spdx.json\"]\n");
        await place.BuildxAsync("build", "--provenance=false", "-t", $"{bases.Server.Host}/scanners/bad:1", "--push", place.Project + "/bad");

        var result = await place.Tool(Repository.Executable).ExecuteAsync("build", $"--sbom=generator={bases.Server.Host}/scanners/bad:1", "-o", $"type=local,dest={place.Path}/x", place.Project);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("wrote sbom.spdx.json, which is no in-toto statement", result.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_artifact_names_its_subject_and_registries_take_it()
    {
        await using var place = await CreateAsync();
        await using var real = await RealBuildKit.StartAsync(bases);

        await place.BuildAsync("--provenance=mode=min", "-o", $"type=image,name={bases.Server.Host}/attested/artifact:1,push=true,oci-artifact=true");

        var index = JsonNode.Parse(await ReadManifestAsync("attested/artifact:1"))!;
        var manifest = JsonNode.Parse(await ReadManifestAsync($"attested/artifact@{index["manifests"]![1]!["digest"]}"))!;
        Assert.Equal(index["manifests"]![0]!["digest"]!.ToString(), manifest["subject"]!["digest"]!.ToString());
        Assert.Equal("application/vnd.docker.attestation.manifest.v1+json", manifest["artifactType"]!.ToString());
    }

    [Fact]
    public async Task Docker_Buildx_asks_for_attestations_and_its_history_shows_the_materials()
    {
        await using var place = await CreateAsync();
        var buildx = await DockerBuildxTests.ConnectAsync(place);

        await buildx.SucceedAsync("build", "--builder", "remote", "--progress=plain", "-t", $"{bases.Server.Host}/attested/remote:1", "--push", ".");
        var inspected = await buildx.SucceedAsync("history", "inspect", "--builder", "remote");
        var attachment = await buildx.SucceedAsync("history", "inspect", "attachment", "--builder", "remote", "--type", "provenance");
        var provenance = await buildx.SucceedAsync("imagetools", "inspect", $"{bases.Server.Host}/attested/remote:1", "--format", "{{json .Provenance}}");

        Assert.Contains("pkg:docker/busybox@1.36", inspected.All, StringComparison.Ordinal);
        Assert.Contains("buildDefinition", attachment.All, StringComparison.Ordinal);
        Assert.Contains("pkg:docker/busybox@1.36", provenance.All, StringComparison.Ordinal);
    }

    private async Task<Workplace> CreateAsync()
    {
        var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nARG WHO=nobody\nCOPY data /data\nRUN --network=none --mount=type=secret,id=token echo \"built by $WHO\" > /made\n");
        place.Write("data", "data");
        return place;
    }

    private async Task<string> MakeScannerAsync(Workplace place)
    {
        place.Write("scanner/scan", """
            #!/bin/sh
            set -e
            what="$BUILDKIT_SCAN_WORD: $(cat $BUILDKIT_SCAN_SOURCE/made)"
            printf '{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","subject":[],"predicate":{"spdxVersion":"SPDX-2.3","name":"%s"}}' "$what" > $BUILDKIT_SCAN_DESTINATION/sbom.spdx.json

            """);
        place.Write("scanner/Dockerfile", "FROM busybox:1.36\nCOPY --chmod=755 scan /scan\nENTRYPOINT [\"/scan\"]\n");
        await place.BuildxAsync("build", "--provenance=false", "-t", $"{bases.Server.Host}/scanners/good:1", "--push", place.Project + "/scanner");
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo 'built by me' > /made\n");
        return $"{bases.Server.Host}/scanners/good:1";
    }

    private async Task<JsonNode> ReadAsync(RealBuildKit real, string image) =>
        JsonNode.Parse(await real.BuildxAsync("imagetools", "inspect", $"{bases.Server.Host}/{image}", "--format", "{{json .Provenance}}"))!;

    private Task<string> ReadManifestAsync(string image) =>
        Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{bases.Server.Host}/{image}");

    /// <summary>The names of the statement's subjects.</summary>
    private async Task<string> SubjectsAsync(string image)
    {
        var index = JsonNode.Parse(await ReadManifestAsync(image))!;
        var name = image.Split(':')[0];
        var manifest = JsonNode.Parse(await ReadManifestAsync($"{name}@{index["manifests"]![1]!["digest"]}"))!;
        using var http = new HttpClient();
        var statement = JsonNode.Parse(await http.GetStringAsync($"{bases.Server.Url}/v2/{name}/blobs/{manifest["layers"]![0]!["digest"]}", TestContext.Current.CancellationToken))!;
        return string.Join(' ', statement["subject"]!.AsArray().Select(subject => subject!["name"]!.ToString()));
    }

    /// <summary>Without what differs from build to build, and without the graph, which frontends may write otherwise.</summary>
    private static JsonNode Comparable(JsonNode provenance)
    {
        var predicate = provenance["SLSA"]!;
        if (predicate["runDetails"] is { } run)
        {
            Remove(run["metadata"]!, "invocationId", "startedOn", "finishedOn", "buildkit_metadata");
            Remove(predicate["buildDefinition"]!["internalParameters"]!, "buildConfig", "dockerfileVersion");
        }
        else
        {
            Remove(predicate["metadata"]!, "buildInvocationID", "buildStartedOn", "buildFinishedOn", "https://mobyproject.org/buildkit@v1#metadata");
            Remove(predicate, "buildConfig");
        }
        return predicate;

        static void Remove(JsonNode node, params string[] names)
        {
            foreach (var name in names)
                node.AsObject().Remove(name);
        }
    }
}
