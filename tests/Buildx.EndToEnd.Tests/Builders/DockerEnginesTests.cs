using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>The BuildKit inside Docker Engines of two ages, and what is said of what the old one lacks.</summary>
public sealed class DockerEnginesTests(BaseImageRegistry bases)
{
    private const string Old = "dockerd-20.10";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("dockerd")]
    [InlineData(Old)]
    public async Task It_builds_loads_caches_and_pushes(string engine)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var registry = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await using var daemon = await DockerDaemon.StartAsync(engine, $$"""{"registry-mirrors":["http://{{bases.Server.Host}}"]}""", Cancellation);
        place.Environment["DOCKER_HOST"] = daemon.Host;
        var docker = await place.DockerAsync();
        place.Write("Dockerfile", "FROM busybox:1.36 AS base\nRUN --mount=type=secret,id=word wc -c < /run/secrets/word > /length\nFROM base\nARG WHO=nobody\nCOPY file /\nRUN echo $WHO > /who\nCMD [\"cat\", \"/who\"]\n");
        place.Write("file", "in the context");
        string[] build = ["build", "--builder", "default", "--network=none", "--progress=plain", "--secret", "id=word,env=WORD", "--build-arg", "WHO=docker", "."];
        place.Environment["WORD"] = "12345";

        await place.BuildxAsync([.. build, "-t", $"{registry.Host}/app:v1", "--load", "--metadata-file", place.Path + "/metadata.json", "--iidfile", place.Path + "/iid"]);
        Assert.Equal("docker", (await docker.SucceedAsync("run", "--rm", "--network=none", $"{registry.Host}/app:v1")).Output.Trim());
        Assert.Equal("5", (await docker.SucceedAsync("run", "--rm", "--network=none", $"{registry.Host}/app:v1", "cat", "/length")).Output.Trim());
        var id = await File.ReadAllTextAsync(place.Path + "/iid", Cancellation);
        Assert.Equal(id, (await docker.SucceedAsync("image", "inspect", "--format", "{{.Id}}", $"{registry.Host}/app:v1")).Output.Trim());
        Assert.True(JsonDocument.Parse(await File.ReadAllTextAsync(place.Path + "/metadata.json", Cancellation)).RootElement.TryGetProperty("containerimage.digest", out _));

        var second = await place.BuildxAsync([.. build, "-t", $"{registry.Host}/app:v1", "--push"]);
        Assert.Contains(PlainProgress.CachedSteps(second), step => step.Contains("echo", StringComparison.Ordinal));
        Assert.Contains("\"Architecture\": \"amd64\"", await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", $"docker://{registry.Host}/app:v1"), StringComparison.Ordinal);
        await place.BuildxAsync([.. build, "-o", $"type=local,dest={place.Path}/files"]);
        Assert.Equal("in the context", await File.ReadAllTextAsync(place.Path + "/files/file", Cancellation));

        Assert.Matches(@"default\*\s+docker", await place.BuildxAsync("ls"));
        Assert.Contains("Total:", await place.BuildxAsync("du", "--builder", "default"), StringComparison.Ordinal);
        await place.BuildxAsync("prune", "--builder", "default", "--all", "--force");
        Assert.DoesNotContain(PlainProgress.CachedSteps(await place.BuildxAsync(build)), step => step.Contains("wc -c", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dockerd")]
    [InlineData(Old)]
    public async Task Its_errors_are_shown_like_all_others(string engine)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var daemon = await DockerDaemon.StartAsync(engine, $$"""{"registry-mirrors":["http://{{bases.Server.Host}}"]}""", Cancellation);
        place.Environment["DOCKER_HOST"] = daemon.Host;

        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo last words && exit 7\n");
        var failed = await FailAsync(place);
        Assert.Contains("last words", failed, StringComparison.Ordinal);
        Assert.Contains("exit code: 7", failed, StringComparison.Ordinal);
        Assert.Contains(engine == Old ? "executor failed running" : "Dockerfile:2", failed, StringComparison.Ordinal);
        place.Write("Dockerfile", "FROM busybox:1.36\nCOPY absent /\n");
        Assert.Contains("\"/absent\": not found", (await FailAsync(place)).Replace("\"/absent\" not found", "\"/absent\": not found", StringComparison.Ordinal), StringComparison.Ordinal);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUNN\n");
        Assert.Matches("unknown instruction: (RUNN|runn)", await FailAsync(place));
        place.Write("Dockerfile", "FROM scratch\nLABEL a=b\n");
        Assert.Contains("builds for one platform at a time", await FailAsync(place, "--platform", "linux/amd64,linux/arm64"), StringComparison.Ordinal);
        Assert.Contains("keeps no attestations (sbom)", await FailAsync(place, "--sbom=true"), StringComparison.Ordinal);
        Assert.Contains("writes no archive of type=oci", await FailAsync(place, "-o", $"type=oci,dest={place.Path}/image.tar"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_old_BuildKit_lacks_is_said_by_name_and_version()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var daemon = await DockerDaemon.StartAsync(Old, "{}", Cancellation);
        await using var relay = SocketRelay.ToBuildkitOf(Client.DockerConnector.ForSocket(daemon.SocketPath), place.Path + "/buildkit.sock");
        place.Environment["DOCKER_HOST"] = daemon.Host;
        await place.BuildxAsync("create", "--name", "old", "--driver", "remote", $"unix://{place.Path}/buildkit.sock");
        place.Write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");

        Assert.Contains("more than one --output needs BuildKit 0.13", await FailAsync(place, "-o", place.Path + "/a", "-o", place.Path + "/b"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.Path + "/a"));
        var attested = await place.Tool(Repository.Executable).ExecuteAsync("build", "--builder", "old", "--sbom=true", "-o", place.Path + "/c", ".");
        Assert.Contains("an attestation (--attest, --provenance, --sbom) needs BuildKit 0.11; that of node \"old0\" is older", attested.All, StringComparison.Ordinal);
        Assert.Contains("is too old for it: let the Dockerfile begin with", await FailAsync(place, "--check"), StringComparison.Ordinal);
    }

    private static async Task<string> FailAsync(Workplace place, params string[] arguments)
    {
        var result = await place.Tool(Repository.Executable).ExecuteAsync(["build", "--builder", "default", "--network=none", "--progress=plain", .. arguments, "."]);
        Assert.NotEqual(0, result.ExitCode);
        return result.All;
    }
}
