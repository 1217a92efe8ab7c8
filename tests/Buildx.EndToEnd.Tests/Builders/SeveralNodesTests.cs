using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>Builders of several nodes: who builds what, and what becomes of it together.</summary>
[Collection(RemoteCollection.Name)]
public sealed class SeveralNodesTests(RemoteBuilder remote)
{
    private const string Six = "linux/amd64,linux/arm64,linux/386,linux/arm/v7,linux/ppc64le,linux/s390x";
    private const string Dockerfile = "FROM busybox:1.36\nARG TARGETPLATFORM\nRUN --network=none echo \"built for $TARGETPLATFORM\" > /platform && uname -m > /machine\nCMD [\"cat\", \"/platform\"]\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Six_platforms_are_built_by_two_engines_in_one_command_into_one_index()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        await using var registry = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await using var second = await Buildkitd.StartAsync(remote.Bases);
        await CreateAsync(place, second, "linux/amd64,linux/386,linux/s390x", "linux/arm64,linux/arm/v7,linux/ppc64le");
        place.Write("Dockerfile", Dockerfile);

        var log = await place.BuildAsync(
            "--platform", Six, "-t", registry.Host + "/app:v1", "-t", registry.Host + "/other:v2", "--push", "--annotation", "index:org.x=y",
            "--metadata-file", place.Path + "/metadata.json", "--iidfile", place.Path + "/iid");

        await CheckIndexAsync(place, registry.Host + "/app:v1", Six.Split(','));
        await CheckIndexAsync(place, registry.Host + "/other:v2", Six.Split(','));
        var index = JsonDocument.Parse(await RawAsync(registry.Host + "/app:v1")).RootElement;
        Assert.Equal("y", index.GetProperty("annotations").GetProperty("org.x").GetString());
        // Beside each image what tells where it comes from.
        Assert.Equal(
            index.GetProperty("manifests").EnumerateArray().Take(6).Select(manifest => manifest.GetProperty("digest").GetString()),
            index.GetProperty("manifests").EnumerateArray().Skip(6).Select(manifest => manifest.GetProperty("annotations").GetProperty("vnd.docker.reference.digest").GetString()));
        // Each has done its own part, under its own name, and nothing else.
        foreach (var (node, platforms) in (ReadOnlySpan<(string, string)>)[("first", "linux/amd64,linux/386,linux/s390x"), ("second", "linux/arm64,linux/arm/v7,linux/ppc64le")])
        {
            foreach (var platform in Six.Split(','))
                Assert.Equal(platforms.Split(',').Contains(platform), log.Contains($"[{node} {platform} 2/2] RUN", StringComparison.Ordinal));
        }
        Assert.Equal(3, await CountStepsAsync(second.UnixAddress, "RUN --network=none echo \"built for"));
        Assert.Contains($"merging into {registry.Host}/app:v1, {registry.Host}/other:v2", log, StringComparison.Ordinal);
        Assert.Equal(["v1"], JsonDocument.Parse(await Tool.RunAsync("skopeo", "list-tags", "--tls-verify=false", $"docker://{registry.Host}/app")).RootElement
            .GetProperty("Tags").EnumerateArray().Select(tag => tag.GetString()!));
    }

    [Fact]
    public async Task Our_engine_and_a_real_BuildKit_are_nodes_of_one_builder()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        await using var registry = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await using var docker = await DockerDaemon.StartAsync($$"""{"features":{"containerd-snapshotter":true},"registry-mirrors":["http://{{remote.Bases.Server.Host}}"]}""", Cancellation);
        await using var relay = SocketRelay.ToBuildkitOf(Client.DockerConnector.ForSocket(docker.SocketPath), place.Path + "/buildkit.sock");
        // The real one has no emulators; what it runs by itself is its own.
        await place.BuildxAsync("create", "--name", "pair", "--use", "--node", "ours", "--driver", "remote", "--platform", "linux/arm64,linux/arm/v7,linux/ppc64le,linux/s390x", remote.Daemon.UnixAddress);
        await place.BuildxAsync("create", "--name", "pair", "--append", "--node", "theirs", "--driver", "remote", "--platform", "linux/amd64,linux/386", $"unix://{place.Path}/buildkit.sock");
        place.Write("Dockerfile", Dockerfile);

        var log = await place.BuildAsync("--platform", Six, "-t", registry.Host + "/app:v1", "--push", "--metadata-file", place.Path + "/metadata.json", "--iidfile", place.Path + "/iid");

        await CheckIndexAsync(place, registry.Host + "/app:v1", Six.Split(','));
        Assert.Contains("[theirs linux/386 2/2] RUN", log, StringComparison.Ordinal);
        Assert.Contains("[ours linux/arm64 2/2] RUN", log, StringComparison.Ordinal);
        Assert.DoesNotContain("[theirs linux/arm64", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_come_from_all_nodes_and_a_context_on_standard_input_goes_to_all()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        await using var second = await Buildkitd.StartAsync(remote.Bases);
        await CreateAsync(place, second, "linux/amd64", "linux/arm64");
        place.Write("Dockerfile", Dockerfile);
        await place.Tool("tar").SucceedAsync("-cf", place.Path + "/context.tar", "-C", place.Project, ".");

        await place.BuildAsync("--platform", "linux/amd64,linux/arm64", "-o", place.Path + "/files");
        await place.Tool("sh").SucceedAsync("-c", $"\"{Repository.Executable}\" build --platform linux/amd64,linux/arm64 -o \"{place.Path}/input\" - < \"{place.Path}/context.tar\"");

        foreach (var directory in (string[])["files", "input"])
        {
            Assert.Equal("x86_64\n", await ReadAsync(place, directory + "/linux_amd64/machine"));
            Assert.Equal("aarch64\n", await ReadAsync(place, directory + "/linux_arm64/machine"));
        }
    }

    [Fact]
    public async Task Without_platforms_of_their_own_the_nodes_are_asked_and_one_platform_is_one_nodes_work()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        await using var second = await Buildkitd.StartAsync(remote.Bases);
        await CreateAsync(place, second, "", "linux/arm64");
        place.Write("Dockerfile", Dockerfile);

        var both = await place.BuildAsync("--platform", "linux/amd64,linux/arm64");
        Assert.Contains("[first linux/amd64 2/2]", both, StringComparison.Ordinal);
        Assert.Contains("[second linux/arm64 2/2]", both, StringComparison.Ordinal);
        await place.BuildAsync("--platform", "linux/arm64", "-o", $"type=oci,dest={place.Path}/image.tar");
        Assert.Contains("arm64", await Tool.RunAsync("skopeo", "inspect", $"oci-archive:{place.Path}/image.tar"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_several_nodes_cannot_do_together_is_said_and_a_failure_names_its_node()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        await using var second = await Buildkitd.StartAsync(remote.Bases);
        await CreateAsync(place, second, "linux/amd64", "linux/arm64");
        place.Write("Dockerfile", "FROM busybox:1.36\nARG TARGETARCH\nRUN test $TARGETARCH != arm64\n");
        string[] both = ["build", "--platform", "linux/amd64,linux/arm64", "."];

        foreach (var type in (string[])["oci", "tar", "docker"])
            Assert.Contains($"type={type} writes one archive, and this build runs on several nodes (first, second)", await FailAsync(place, [.. both, "-o", $"type={type},dest={place.Path}/a.tar"]), StringComparison.Ordinal);
        Assert.Contains("failed to build on node \"second\"", await FailAsync(place, both), StringComparison.Ordinal);
        await second.StopAsync();
        Assert.Contains($"no BuildKit answers at {second.UnixAddress}", await FailAsync(place, both), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Baked_targets_go_on_from_each_other_on_each_node()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        await using var registry = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await using var second = await Buildkitd.StartAsync(remote.Bases);
        await CreateAsync(place, second, "linux/amd64,linux/386", "linux/arm64,linux/arm/v7");
        place.Write("Dockerfile", Dockerfile);
        place.Write("docker-bake.hcl", $$"""
            group "default" { targets = ["app", "tool"] }
            target "base" { platforms = ["linux/amd64", "linux/386", "linux/arm64", "linux/arm/v7"] }
            target "app" {
              contexts = { base = "target:base" }
              dockerfile-inline = "FROM base\nRUN --network=none test -s /platform"
              platforms = ["linux/amd64", "linux/386", "linux/arm64", "linux/arm/v7"]
              tags = ["{{registry.Host}}/app:v1"]
            }
            target "tool" {
              platforms = ["linux/arm64"]
              tags = ["{{registry.Host}}/tool:v1"]
            }
            """);

        var log = await place.BuildxAsync("bake", "--progress=plain", "--push", "--metadata-file", place.Path + "/metadata.json");

        await CheckPlatformsAsync(registry.Host + "/app:v1", "linux/amd64", "linux/386", "linux/arm64", "linux/arm/v7");
        await CheckPlatformsAsync(registry.Host + "/tool:v1", "linux/arm64");
        Assert.Matches(@"\[app second linux/arm64 \d/\d\] RUN --network=none test", log);
        var metadata = JsonDocument.Parse(await ReadAsync(place, "metadata.json")).RootElement;
        Assert.Equal(await DigestAsync(registry.Host + "/app:v1"), metadata.GetProperty("app").GetProperty("containerimage.digest").GetString());
        Assert.Contains("is not built on node \"second\"", await FailAsync(place, "bake", "--set", "base.platform=linux/amd64", "app"), StringComparison.Ordinal);
    }

    private async Task CreateAsync(Workplace place, Buildkitd second, string first, string other)
    {
        await place.BuildxAsync("create", "--name", "pair", "--use", "--node", "first", "--driver", "remote", "--platform", first, remote.Daemon.UnixAddress);
        await place.BuildxAsync("create", "--name", "pair", "--append", "--node", "second", "--driver", "remote", "--platform", other, second.UnixAddress);
    }

    /// <summary>Image for image: the platform it is for, and that it was built for it.</summary>
    private static async Task CheckIndexAsync(Workplace place, string image, params string[] platforms)
    {
        await CheckPlatformsAsync(image, platforms);
        foreach (var platform in platforms)
        {
            var parts = platform.Split('/');
            string[] choice = ["--override-os", parts[0], "--override-arch", parts[1], .. parts.Length > 2 ? (string[])["--override-variant", parts[2]] : []];
            var files = $"{place.Path}/{platform.Replace('/', '_')}-{image.Split('/')[^1].Replace(':', '-')}";
            await new Tool("skopeo").SucceedAsync([.. choice, "copy", "--src-tls-verify=false", $"docker://{image}", $"dir:{files}"]);
            var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(files + "/manifest.json", Cancellation)).RootElement;
            var layer = manifest.GetProperty("layers").EnumerateArray().Last().GetProperty("digest").GetString()!.Split(':')[1];
            Assert.Equal($"built for {platform}\n", await Tool.RunAsync("tar", "-xzOf", $"{files}/{layer}", "platform"));
        }
        var digest = await DigestAsync(image);
        Assert.Equal(digest, JsonDocument.Parse(await ReadAsync(place, "metadata.json")).RootElement.GetProperty("containerimage.digest").GetString());
        Assert.Equal(digest, await ReadAsync(place, "iid"));
    }

    private static async Task CheckPlatformsAsync(string image, params string[] platforms) => Assert.Equal(
        platforms,
        JsonDocument.Parse(await RawAsync(image)).RootElement.GetProperty("manifests").EnumerateArray().Select(manifest => manifest.GetProperty("platform"))
            .Where(platform => platform.GetProperty("os").GetString() != "unknown")
            .Select(platform => string.Join('/', new[] { "os", "architecture", "variant" }.Where(name => platform.TryGetProperty(name, out _)).Select(name => platform.GetProperty(name).GetString()))));

    private static async Task<int> CountStepsAsync(string address, string step) =>
        (await new Tool(Repository.Executable).SucceedAsync("buildctl", "--addr", address, "du", "--verbose")).Output.Split(step).Length - 1;

    private static Task<string> RawAsync(string image) => Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{image}");

    private static async Task<string> DigestAsync(string image) => Oci.Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(await RawAsync(image))).Value;

    private static Task<string> ReadAsync(Workplace place, string path) => File.ReadAllTextAsync(Path.Combine(place.Path, path), Cancellation);

    private static async Task<string> FailAsync(Workplace place, params string[] arguments)
    {
        var result = await place.Tool(Repository.Executable).ExecuteAsync(arguments);
        Assert.NotEqual(0, result.ExitCode);
        return result.All;
    }
}
