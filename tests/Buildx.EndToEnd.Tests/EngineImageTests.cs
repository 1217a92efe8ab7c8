using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>The engine's image, built by Buildx itself, run by the real Docker Buildx's driver <c>docker-container</c> on a real Docker Engine.</summary>
public sealed class EngineImageTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task The_image_is_what_the_docker_container_driver_runs()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Environment["BUILDX_BUILDER"] = "test";
        place.Environment["BUILDX_EXECUTABLE"] = Repository.Executable;
        await place.Tool(Repository.Root + "/images/engine/make").SucceedAsync(place.Path + "/engine.tar", "engine-under-test:v1");

        await using var docker = await DockerDaemon.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        place.Environment["BUILDX_BUILDER"] = null;
        place.Environment["DOCKER_HOST"] = docker.Host;
        place.Environment["BUILDX_CONFIG"] = place.Path + "/docker-buildx";
        try
        {
            var cli = await place.DockerAsync();
            await cli.SucceedAsync("load", "-i", place.Path + "/engine.tar");
            var buildx = place.Tool(Path.Combine(await Peers.GetDirectoryAsync(), "cli-plugins", "docker-buildx"));

            await buildx.SucceedAsync(
                "create", "--name", "contained", "--use", "--driver", "docker-container", "--driver-opt", "image=engine-under-test:v1,network=host",
                "--buildkitd-config", place.Path + "/buildkitd.toml", "--buildkitd-flags", "--oci-worker-labels com.example.a=b --allow-insecure-entitlement network.host");
            var inspected = (await buildx.SucceedAsync("inspect", "--bootstrap")).Output;
            Assert.Matches("Status: +running", inspected);
            Assert.Matches("com.example.a: +b", inspected);
            Assert.Contains("linux/arm64", inspected, StringComparison.Ordinal);

            place.Write("Dockerfile", "FROM busybox:1.36\nARG TARGETARCH\nRUN echo $TARGETARCH $(uname -m) > /made && cat /proc/sys/kernel/random/uuid > /id\nCMD [\"cat\", \"/made\"]\n");
            await buildx.SucceedAsync("build", "--platform", "linux/amd64,linux/arm64", "-o", $"type=local,dest={place.Path}/out", ".");
            Assert.Equal("amd64 x86_64\n", await File.ReadAllTextAsync(place.Path + "/out/linux_amd64/made", TestContext.Current.CancellationToken));
            Assert.Equal("arm64 aarch64\n", await File.ReadAllTextAsync(place.Path + "/out/linux_arm64/made", TestContext.Current.CancellationToken));

            await buildx.SucceedAsync("build", "--load", "-t", "made:v1", ".");
            Assert.Equal("amd64 x86_64\n", (await cli.SucceedAsync("run", "--rm", "--network=none", "made:v1")).Output);

            // Stopped and started again, it knows what it has built.
            await buildx.SucceedAsync("stop");
            await buildx.SucceedAsync("build", "-o", $"type=local,dest={place.Path}/again", ".");
            Assert.Equal(
                await File.ReadAllTextAsync(place.Path + "/out/linux_amd64/id", TestContext.Current.CancellationToken),
                await File.ReadAllTextAsync(place.Path + "/again/id", TestContext.Current.CancellationToken));
            Assert.Contains("Completed", (await buildx.SucceedAsync("history", "ls")).Output, StringComparison.Ordinal);

            await buildx.SucceedAsync("rm", "contained");
            Assert.Empty((await cli.SucceedAsync("ps", "--all", "--quiet")).Output.Trim());
            Assert.Empty((await cli.SucceedAsync("volume", "ls", "--quiet")).Output.Trim());
        }
        finally
        {
            place.Environment["BUILDX_CONFIG"] = place.Path + "/buildx";
        }
    }
}
