using System.Diagnostics;
using System.Globalization;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>What users read when something goes wrong: what, where, and what to do next.</summary>
public sealed class ErrorMessagesTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task A_file_that_the_context_lacks_is_named_with_the_place_that_wants_it()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nCOPY missing /\n");

        var log = await FailAsync(place);

        Assert.Contains("   2 | >>> COPY missing /", log);
        Assert.Contains("ERROR: failed to build: failed to solve: \"/missing\": not found in the build context (or .dockerignore leaves it out)", log);
    }

    [Fact]
    public async Task An_engine_that_is_stopped_in_the_middle_of_a_build_is_what_the_error_says()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo begun && sleep 86397\n");
        var building = place.Tool(Repository.Executable).ExecuteAsync("build", "--progress=plain", place.Project);
        await place.WaitForAsync(() => IsRunning("sleep\u000086397\u0000"), "the step did not start");

        await place.BuildxAsync("stop");

        var stopped = await building;
        Assert.NotEqual(0, stopped.ExitCode);
        Assert.Contains("stopped", stopped.All);
        Assert.Contains("Build again", stopped.All);
        Assert.DoesNotContain("Exception", stopped.All);
    }

    [Fact]
    public async Task Without_a_Docker_Engine_loading_says_where_it_was_looked_for()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");

        var log = await FailAsync(place, "--load");

        Assert.Contains($"none answers at {place.Environment["DOCKER_HOST"]} (there is no such socket)", log);
        Assert.Contains("--output type=docker,dest=image.tar", log);
    }

    [Fact]
    public async Task A_full_disk_is_named_with_the_ways_out()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var state = place.Environment["BUILDX_ENGINE_ROOT"]!;
        Directory.CreateDirectory(state);
        await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", state);
        try
        {
            place.Write("Dockerfile", "FROM busybox:1.36\nCOPY big /\n");
            using (var big = File.Create(Path.Combine(place.Project, "big")))
                big.Write(System.Security.Cryptography.RandomNumberGenerator.GetBytes(24 << 20));

            var log = await FailAsync(place);

            Assert.Contains("   2 | >>> COPY big /", log);
            Assert.Contains("The disk with the engine's state is full: remove build cache with `buildx prune`", log);
        }
        finally
        {
            await place.BuildxAsync("stop");
            await Tool.RunAsync("umount", "--lazy", state);
        }
    }

    private static async Task<string> FailAsync(Workplace place, params string[] arguments)
    {
        var result = await place.Tool(Repository.Executable).ExecuteAsync(["build", "--progress=plain", .. arguments, place.Project]);
        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain("   at ", result.All);
        return result.All;
    }

    private static bool IsRunning(string command) => Process.GetProcesses().Any(process =>
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/cmdline")) == command;
        }
        catch (IOException)
        {
            return false;
        }
    });
}
