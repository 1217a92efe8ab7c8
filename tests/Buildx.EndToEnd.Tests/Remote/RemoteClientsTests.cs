using System.Diagnostics;
using System.Globalization;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Several real clients of one engine at once, and clients that vanish.</summary>
public sealed class RemoteClientsTests(BaseImageRegistry bases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_is_killed_takes_its_step_along_and_nobody_elses()
    {
        await using var daemon = await Buildkitd.StartAsync(bases);
        await using var buildx = await RemoteBuildx.CreateAsync(daemon);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nARG SECONDS\nRUN echo warm\nRUN sleep $SECONDS && echo slept > /slept\n");
        await buildx.BuildAsync("unix", "--build-arg", "SECONDS=0");
        var (processes, mounts, descriptors) = (Workplace.Descendants(daemon.ProcessId), Workplace.Mounts(daemon.ProcessId, daemon.Path), Descriptors(daemon));
        var other = buildx.BuildAsync("tcp", "--build-arg", "SECONDS=8", "-o", $"type=local,dest={buildx.Path}/out");
        using var victim = await StartAsync(buildx, "86391");
        await WaitAsync(() => IsSleeping("86391"), "the victim's step did not start");

        victim.Kill();
        await victim.WaitForExitAsync(Cancellation);

        await WaitAsync(() => !IsSleeping("86391"), "the vanished client's step goes on");
        await other;
        Assert.Equal("slept\n", buildx.Read("out/slept"));
        await WaitAsync(() => Workplace.Descendants(daemon.ProcessId).Count <= processes.Count, "the vanished client left a process");
        await WaitAsync(() => Workplace.Mounts(daemon.ProcessId, daemon.Path).SequenceEqual(mounts), "the vanished client left a mount");
        // Connections to the registry stay open for a while, and two builds at once have more of them.
        await WaitAsync(() => Descriptors(daemon) <= descriptors + 10, "the vanished client left descriptors");
        Assert.Matches("[0-9a-z]{25}", await buildx.RunAsync("history", "ls", "--builder", "unix", "--filter", "status=canceled"));
    }

    [Fact]
    public async Task Two_clients_share_the_step_that_both_want_and_one_may_leave()
    {
        await using var daemon = await Buildkitd.StartAsync(bases);
        await using var buildx = await RemoteBuildx.CreateAsync(daemon);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nARG SECONDS\nRUN sleep $SECONDS && cat /proc/sys/kernel/random/uuid > /id\n");
        using var first = await StartAsync(buildx, "6");
        await WaitAsync(() => IsSleeping("6"), "the step did not start");
        var second = buildx.BuildAsync("tcp", "--build-arg", "SECONDS=6", "-o", $"type=local,dest={buildx.Path}/a");
        await Task.Delay(1500, Cancellation);

        first.Kill();
        await second;

        await buildx.BuildAsync("unix", "--build-arg", "SECONDS=6", "-o", $"type=local,dest={buildx.Path}/b");
        Assert.Equal(buildx.Read("a/id"), buildx.Read("b/id"));
    }

    [Fact]
    public async Task Six_clients_build_at_once()
    {
        await using var daemon = await Buildkitd.StartAsync(bases);
        await using var buildx = await RemoteBuildx.CreateAsync(daemon);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nARG N\nRUN echo shared > /shared\nCOPY file /file\nRUN echo $N > /n\n");
        buildx.Write("file", "content");

        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => buildx.BuildAsync(
            i % 2 == 0 ? "unix" : "tcp", "--build-arg", string.Create(CultureInfo.InvariantCulture, $"N={i}"),
            "-o", string.Create(CultureInfo.InvariantCulture, $"type=local,dest={buildx.Path}/out{i}"))));

        for (var i = 0; i < 6; i++)
            Assert.Equal(i.ToString(CultureInfo.InvariantCulture) + "\n", buildx.Read(string.Create(CultureInfo.InvariantCulture, $"out{i}/n")));
    }

    private static async Task<Process> StartAsync(RemoteBuildx buildx, string seconds)
    {
        var start = new ProcessStartInfo(await Peers.GetBuildxAsync(), [
            "build", "--builder", "unix", "--progress=quiet", "--build-arg", $"SECONDS={seconds}", "."])
        {
            WorkingDirectory = buildx.Project,
        };
        foreach (var (name, value) in buildx.Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static int Descriptors(Buildkitd daemon) => Directory.GetFileSystemEntries($"/proc/{daemon.ProcessId.ToString(CultureInfo.InvariantCulture)}/fd").Length;

    private static bool IsSleeping(string seconds) => Workplace.CommandLines().Any(process => process.Command == $"sleep {seconds} ");

    private static async Task WaitAsync(Func<bool> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(50, Cancellation))
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(40))
                throw new TimeoutException(what);
        }
    }
}
