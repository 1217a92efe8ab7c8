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
    public async Task The_engine_takes_no_settings_from_the_project_and_does_not_watch_it()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nCOPY appsettings.json /\n");
        place.Write("appsettings.json", "{ no JSON");
        place.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:1";
        await place.BuildAsync();
        var descriptors = Directory.GetFiles($"/proc/{place.EngineId().ToString(CultureInfo.InvariantCulture)}/fdinfo").Select(file => File.Exists(file) ? File.ReadAllText(file) : "");
        Assert.DoesNotContain(descriptors, text => text.Contains("inotify wd", StringComparison.Ordinal));
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
        Assert.Single(place.Processes(), Workplace.IsEngine);
    }

    [Fact]
    public async Task After_the_engine_was_killed_in_the_middle_of_a_build_the_next_one_is_right()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", """
            FROM busybox:1.36
            RUN echo first > /first
            RUN --mount=type=cache,target=/cache if [ -e /cache/again ]; then echo right > /second; else echo wrong > /second; touch /cache/again; sleep 86397; fi
            """);
        var building = place.Tool(Repository.Executable).ExecuteAsync("build", "--progress=plain", place.Project);
        await place.WaitForAsync(() => Sleeping("86397"), "the step did not start");
        await new Tool("kill").SucceedAsync("-KILL", place.EngineId().ToString(CultureInfo.InvariantCulture));
        var broken = await building;
        Assert.NotEqual(0, broken.ExitCode);
        Assert.DoesNotContain("   at ", broken.All);
        Assert.True(broken.Error.Contains("in the middle of the build", StringComparison.Ordinal), broken.Error);
        var log = await place.BuildAsync("-o", $"type=local,dest={place.Path}/out");
        Assert.Equal("first\n", await File.ReadAllTextAsync(place.Path + "/out/first", Cancellation));
        Assert.Equal("right\n", await File.ReadAllTextAsync(place.Path + "/out/second", Cancellation));
        Assert.Contains(PlainProgress.CachedSteps(log), step => step.EndsWith("RUN echo first > /first", StringComparison.Ordinal));
        Assert.False(Sleeping("86397"), "the killed engine's step goes on");
    }

    [Fact]
    public async Task An_interrupted_build_leaves_no_process_and_no_mount()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nARG SECONDS\nRUN sleep $SECONDS\n");
        // So that the engine has its helpers already.
        await place.BuildAsync("--build-arg", "SECONDS=0", "--platform", "linux/amd64,linux/arm64");
        var engine = place.EngineId();
        var (processes, mounts) = (Workplace.Descendants(engine), Workplace.Mounts(engine, place.Path));

        // Ctrl-C goes to everybody in the terminal's foreground process group, here a group of its own.
        var start = new ProcessStartInfo("setsid", [
            Repository.Executable, "build", "--progress=plain", "--platform", "linux/amd64,linux/arm64", "--build-arg", "SECONDS=86399", place.Project])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in place.Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardError.ReadToEndAsync(Cancellation), process.StandardOutput.ReadToEndAsync(Cancellation));
        await place.WaitForAsync(() => Sleeping("86399"), "the step did not start");
        var clock = Stopwatch.StartNew();
        await new Tool("kill").SucceedAsync("-INT", "--", string.Create(CultureInfo.InvariantCulture, $"-{process.Id}"));
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(130, process.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"the build ended {clock.Elapsed} after Ctrl-C");
        Assert.DoesNotContain("   at ", string.Concat(await output));

        await place.WaitForAsync(
            () => Workplace.Descendants(engine).SequenceEqual(processes) && Workplace.Mounts(engine, place.Path).SequenceEqual(mounts),
            "the interrupted build left something",
            TimeSpan.FromSeconds(10));
        Assert.Equal(engine, place.EngineId());
        await place.BuildAsync("--build-arg", "SECONDS=1");
    }

    private static bool Sleeping(string seconds) => Workplace.CommandLines().Any(process => process.Command.Contains($"sleep {seconds} ", StringComparison.Ordinal) && !process.Command.Contains("buildx", StringComparison.Ordinal));
}
