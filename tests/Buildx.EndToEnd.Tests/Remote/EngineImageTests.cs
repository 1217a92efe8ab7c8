using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>The engine's image, built by Buildx itself, run by the real Docker Buildx's driver <c>docker-container</c> on a real Docker Engine.</summary>
[Collection(RemoteCollection.Name)]
public sealed class EngineImageTests(RemoteBuilder remote)
{
    [Fact]
    public async Task The_image_is_what_the_docker_container_driver_runs()
    {
        await using var buildx = await remote.BuildxAsync("unix");
        buildx.Environment["DOCKER_HOST"] = await remote.Docker.GetHostAsync();
        var docker = await remote.Docker.DockerAsync();
        var before = await LeftAsync(docker);

        await remote.Docker.CreateBuilderAsync(buildx, "contained", "--use");
        var inspected = await buildx.RunAsync("inspect", "--bootstrap");
        Assert.Matches("Status: +running", inspected);
        Assert.Matches("com.example.a: +b", inspected);
        Assert.Contains("linux/arm64", inspected, StringComparison.Ordinal);

        buildx.Write("Dockerfile", "FROM busybox:1.36\nARG TARGETARCH\nRUN echo $TARGETARCH $(uname -m) > /made && cat /proc/sys/kernel/random/uuid > /id\nCMD [\"cat\", \"/made\"]\n");
        await buildx.RunAsync("build", "--platform", "linux/amd64,linux/arm64", "-o", $"type=local,dest={buildx.Path}/out", ".");
        Assert.Equal("amd64 x86_64\n", buildx.Read("out/linux_amd64/made"));
        Assert.Equal("arm64 aarch64\n", buildx.Read("out/linux_arm64/made"));

        await buildx.RunAsync("build", "--load", "-t", "contained:v1", ".");
        Assert.Equal("amd64 x86_64\n", (await docker.SucceedAsync("run", "--rm", "--network=none", "contained:v1")).Output);

        // Stopped and started again, it knows what it has built.
        await buildx.RunAsync("stop");
        await buildx.RunAsync("build", "-o", $"type=local,dest={buildx.Path}/again", ".");
        Assert.Equal(buildx.Read("out/linux_amd64/id"), buildx.Read("again/id"));
        Assert.Contains("Completed", await buildx.RunAsync("history", "ls"), StringComparison.Ordinal);

        await buildx.RunAsync("rm", "contained");
        Assert.Equal(before, await LeftAsync(docker));
    }

    /// <summary>The Docker Engine's containers and volumes.</summary>
    private static async Task<(string Containers, string Volumes)> LeftAsync(Tool docker) =>
        ((await docker.SucceedAsync("ps", "--all", "--quiet")).Output, (await docker.SucceedAsync("volume", "ls", "--quiet")).Output);
}
