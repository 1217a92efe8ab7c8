using System.Diagnostics;
using System.Globalization;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

public sealed class RobustnessTests(BaseImageRegistry bases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_second_build_only_checks()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nCOPY file /\nRUN cat /file > /copy\n");
        place.Write("file", "content");
        await place.BuildAsync();
        var second = await place.BuildAsync();
        Assert.Equal(["[2/3] COPY file /", "[3/3] RUN cat /file > /copy"], PlainProgress.CachedSteps(second).Where(step => !step.Contains("FROM", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Ten_builds_at_once_start_one_engine_and_all_succeed()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nARG N\nRUN echo shared > /shared\nRUN echo $N > /n\n");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => place.BuildAsync(
            "--build-arg", string.Create(CultureInfo.InvariantCulture, $"N={i}"), "-o", string.Create(CultureInfo.InvariantCulture, $"type=local,dest={place.Path}/out{i}"))));
        for (var i = 0; i < 10; i++)
            Assert.Equal(i.ToString(CultureInfo.InvariantCulture) + "\n", await File.ReadAllTextAsync($"{place.Path}/out{i}/n", Cancellation));
        Assert.Single(place.Processes(), IsEngine);
    }

    [Fact]
    public async Task After_the_engine_was_killed_in_the_middle_of_a_build_the_next_one_is_right()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo first > /first\nRUN if [ -e /first ]; then sleep 3; fi; echo second > /second\n");
        var building = place.Tool(Repository.Executable).ExecuteAsync("build", "--progress=plain", place.Project);
        await place.WaitForAsync(() => place.Processes().Any(IsEngine) && Sleeping("3"), "the step did not start");
        await new Tool("kill").SucceedAsync("-KILL", EngineId(place));
        Assert.NotEqual(0, (await building).ExitCode);
        var log = await place.BuildAsync("-o", $"type=local,dest={place.Path}/out");
        Assert.Equal("first\n", await File.ReadAllTextAsync(place.Path + "/out/first", Cancellation));
        Assert.Equal("second\n", await File.ReadAllTextAsync(place.Path + "/out/second", Cancellation));
        Assert.Contains("CACHED", log);
    }

    [Fact]
    public async Task Interrupting_a_build_ends_its_processes()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN sleep 86399\n");
        var start = new ProcessStartInfo(Repository.Executable) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in place.Environment)
            start.Environment[name] = value;
        foreach (var argument in new[] { "build", "--progress=plain", place.Project })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardError.ReadToEndAsync(Cancellation), process.StandardOutput.ReadToEndAsync(Cancellation));
        await place.WaitForAsync(() => Sleeping("86399"), "the step did not start");
        await new Tool("kill").SucceedAsync("-INT", process.Id.ToString(CultureInfo.InvariantCulture));
        await process.WaitForExitAsync(Cancellation);
        Assert.NotEqual(0, process.ExitCode);
        Assert.DoesNotContain("   at ", string.Concat(await output));
        await place.WaitForAsync(() => !Sleeping("86399"), "the step went on");
        Assert.Empty(place.Mounts());
    }

    private static bool IsEngine(string command) => command.Contains("--root=", StringComparison.Ordinal) && command.Contains("--addr=", StringComparison.Ordinal);

    private static bool Sleeping(string seconds) => Directory.EnumerateDirectories("/proc")
        .Where(directory => char.IsAsciiDigit(Path.GetFileName(directory)[0]))
        .Any(directory =>
        {
            try
            {
                return File.ReadAllText(directory + "/cmdline") == $"sleep\0{seconds}\0";
            }
            catch (IOException)
            {
                return false;
            }
        });

    private static string EngineId(Workplace place) => Path.GetFileName(Directory.EnumerateDirectories("/proc")
        .Where(directory => char.IsAsciiDigit(Path.GetFileName(directory)[0]))
        .First(directory =>
        {
            try
            {
                var command = File.ReadAllText(directory + "/cmdline").Replace('\0', ' ');
                return IsEngine(command) && command.Contains(place.Path, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        }));
}
