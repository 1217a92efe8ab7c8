using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Builders that the real <c>docker buildx</c> makes of the engine, joins, stops and removes.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteNodesTests(RemoteBuilder remote)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_nodes_of_one_builder_share_out_the_platforms_of_a_build()
    {
        await using var registry = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await using var buildx = await remote.BuildxAsync("unix");
        await using var second = await Buildkitd.StartAsync(remote.Bases);
        await buildx.RunAsync("create", "--name", "pair", "--node", "first", "--driver", "remote", "--platform", "linux/amd64", remote.Daemon.UnixAddress);
        await buildx.RunAsync("create", "--name", "pair", "--append", "--node", "second", "--driver", "remote", "--platform", "linux/arm64", "--bootstrap", second.UnixAddress);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN uname -m > /m\n");

        await buildx.BuildAsync("pair", "--platform", "linux/amd64,linux/arm64", "--provenance=false", "-t", registry.Host + "/app:v1", "--push");

        var index = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{registry.Host}/app:v1")).RootElement;
        Assert.Equal(["amd64", "arm64"], index.GetProperty("manifests").EnumerateArray().Select(manifest => manifest.GetProperty("platform").GetProperty("architecture").GetString()!).Order());
        // Each has done its own part, and nothing else.
        var other = await new Tool(Repository.Executable).SucceedAsync("buildctl", "--addr", second.UnixAddress, "du", "--verbose");
        Assert.Contains("RUN uname -m", other.Output, StringComparison.Ordinal);
        Assert.Contains("linux/arm64*", await buildx.RunAsync("inspect", "pair"), StringComparison.Ordinal);

        await buildx.RunAsync("create", "--name", "pair", "--leave", "--node", "second");
        Assert.DoesNotContain("second", await buildx.RunAsync("inspect", "pair"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_is_booted_stopped_kept_or_removed_as_it_is_told()
    {
        await using var buildx = await remote.BuildxAsync(EngineDocker.Builder);
        var docker = await remote.Docker.DockerAsync();
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN cat /proc/sys/kernel/random/uuid > /id\n");

        await remote.Docker.CreateBuilderAsync(buildx, "mine", "--bootstrap", "--use", "--platform", "linux/amd64");
        Assert.Equal("mine", await CurrentAsync(buildx));
        await buildx.BuildAsync("mine", "-o", $"type=local,dest={buildx.Path}/first");
        await buildx.RunAsync("stop", "mine");
        Assert.Matches("Status: +stopped", await buildx.RunAsync("inspect", "mine"));
        await buildx.RunAsync("inspect", "--bootstrap", "mine");

        await buildx.RunAsync("rm", "--keep-state", "mine");
        Assert.Empty((await docker.SucceedAsync("ps", "-aq", "--filter", "name=mine")).Output);
        Assert.Contains("buildx_buildkit_mine0_state", (await docker.SucceedAsync("volume", "ls", "-q")).Output, StringComparison.Ordinal);
        await remote.Docker.CreateBuilderAsync(buildx, "mine", "--bootstrap");
        await buildx.BuildAsync("mine", "-o", $"type=local,dest={buildx.Path}/second");
        Assert.Equal(buildx.Read("first/id"), buildx.Read("second/id"));

        await buildx.RunAsync("rm", "--keep-daemon", "mine");
        Assert.NotEmpty((await docker.SucceedAsync("ps", "-q", "--filter", "name=mine")).Output);
        await remote.Docker.CreateBuilderAsync(buildx, "mine");
        await buildx.RunAsync("stop", "mine");
        // It looks at the Docker Engine's own builder too.
        buildx.Environment["DOCKER_HOST"] = await remote.Docker.GetHostAsync();
        await buildx.RunAsync("rm", "--all-inactive", "--force");
        Assert.DoesNotContain("mine", await buildx.RunAsync("ls"), StringComparison.Ordinal);
        Assert.DoesNotContain("mine", (await docker.SucceedAsync("volume", "ls", "-q")).Output, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task A_builder_may_be_the_default_one_of_a_context_or_of_all(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);

        await buildx.RunAsync("use", "--default", builder);
        Assert.Equal(builder, await CurrentAsync(buildx));
        await buildx.RunAsync("use", "--global", builder);
        buildx.Environment["DOCKER_HOST"] = $"unix://{buildx.Path}/another.sock";
        Assert.Equal(builder, await CurrentAsync(buildx));
        Assert.Matches("Status: +running", await buildx.RunAsync("inspect"));
    }

    private static async Task<string?> CurrentAsync(RemoteBuildx buildx) => (await buildx.RunAsync("ls", "--format", "json", "--no-trunc"))
        .Split('\n').Where(line => line.Contains("\"Current\":true", StringComparison.Ordinal))
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Name").GetString()).FirstOrDefault();
}
