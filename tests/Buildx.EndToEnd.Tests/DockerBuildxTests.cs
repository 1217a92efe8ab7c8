using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>The real Docker Buildx drives the engine as a remote BuildKit; its frontend runs in the client, over LLBBridge.</summary>
public sealed class DockerBuildxTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task Docker_Buildx_builds_two_platforms_with_the_engine_and_gets_the_files()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nARG WHO=nobody\nRUN echo \"$WHO $(uname -m)\" > /built\nCOPY data /data\n");
        place.Write("data", "of the context");
        var buildx = await ConnectAsync(place);

        await buildx.SucceedAsync(
            "build", "--builder", "remote", "--platform", "linux/amd64,linux/arm64", "--build-arg", "WHO=you", "-o", $"type=local,dest={place.Path}/files", ".");

        Assert.Equal("you x86_64\n", await File.ReadAllTextAsync(place.Path + "/files/linux_amd64/built", TestContext.Current.CancellationToken));
        Assert.Equal("you aarch64\n", await File.ReadAllTextAsync(place.Path + "/files/linux_arm64/built", TestContext.Current.CancellationToken));
        Assert.Equal("of the context", await File.ReadAllTextAsync(place.Path + "/files/linux_arm64/data", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Docker_Buildx_shows_the_lines_of_a_step_that_failed()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo before\nRUN echo last words && exit 7\n");
        var buildx = await ConnectAsync(place);

        var result = await buildx.ExecuteAsync("build", "--builder", "remote", "--progress=plain", ".");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("last words", result.All, StringComparison.Ordinal);
        Assert.Contains("Dockerfile:3", result.All, StringComparison.Ordinal);
        Assert.Contains("exit code: 7", result.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Docker_Buildx_and_the_own_command_line_share_the_cache()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN date > /made\nCOPY data /data\n");
        place.Write("data", "the same for both");
        var buildx = await ConnectAsync(place);
        await place.BuildAsync("-o", $"type=local,dest={place.Path}/own");

        await buildx.SucceedAsync("build", "--builder", "remote", "-o", $"type=local,dest={place.Path}/docker", ".");

        Assert.Equal(
            await File.ReadAllTextAsync(place.Path + "/own/made", TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(place.Path + "/docker/made", TestContext.Current.CancellationToken));
    }

    /// <summary>The real Buildx with a builder "remote", which is the engine under test.</summary>
    internal static async Task<Tool> ConnectAsync(Workplace place)
    {
        await place.BuildxAsync("inspect", "--bootstrap", "test");
        var buildx = place.Tool(await Peers.GetBuildxAsync());
        await buildx.SucceedAsync("create", "--name", "remote", "--driver", "remote", $"unix://{place.Path}/run/test/buildkitd.sock");
        return buildx;
    }
}
