using System.Diagnostics;
using Buildx.Linux.Processes;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Execution.Cgroups;

/// <summary>Engines on machines with other arrangements of cgroups, which a mount namespace stands in for.</summary>
public sealed class CgroupArrangementTests
{
    private const string TryDevices =
        "mknod /tmp/null c 1 3 && echo x >/tmp/null && echo null; mkfifo /tmp/fifo && touch /tmp/file && echo files; mknod /tmp/x b 7 0 && echo made; dd if=/tmp/x count=0 || echo closed";

    /// <summary>
    /// The version 2 hierarchy, which is elsewhere on a machine that has both; and runc, since crun needs to be allowed to lock any
    /// amount of memory for it, which not every container is.
    /// </summary>
    private const string Unified =
        "test -e /sys/fs/cgroup/cgroup.controllers || mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup; mount --bind /etc/passwd \"$(command -v crun)\"";

    [Fact]
    public async Task With_version_2_the_runtime_keeps_steps_from_devices()
    {
        var (output, error, process) = await RunAsync(Unified, TryDevices);

        Assert.Equal("null\nfiles\nmade\nclosed\n", output);
        Assert.Contains("Operation not permitted", error, StringComparison.Ordinal);
        Assert.DoesNotContain("cgroup", error, StringComparison.Ordinal);
        Assert.Equal("", (await RunOutsideAsync($"{Unified}; find /sys/fs/cgroup -name 'buildx-{process}*'")).Output);
    }

    [Fact]
    public async Task With_version_2_what_a_killed_engine_left_is_removed_by_the_next()
    {
        const string left = "/sys/fs/cgroup/buildkit/buildx-999999999-1";
        await RunOutsideAsync($"{Unified}; mkdir -p {left}");

        await RunAsync(Unified, "true");

        Assert.Equal("gone\n", (await RunOutsideAsync($"{Unified}; test -e {left} || echo gone")).Output);
    }

    [Fact]
    public async Task Without_cgroups_only_harmless_nodes_can_be_made_and_the_engine_says_so()
    {
        var (output, error, _) = await RunAsync("mount -t tmpfs none /sys/fs/cgroup", TryDevices);

        Assert.Equal("null\nfiles\nclosed\n", output);
        Assert.Contains("/tmp/x: Operation not permitted", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n'), line => line.Contains("steps can't be kept from the machine's devices by cgroups here", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("true")]
    [InlineData(Unified)]
    public async Task What_a_killed_engine_with_a_running_step_left_is_removed_by_the_next(string arrange)
    {
        using var viewer = Start($"{arrange}; echo ready; exec sleep 60");
        try
        {
            Assert.Equal("ready", await viewer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            using var directory = new TemporaryDirectory();
            using var engine = Start($"{arrange}; exec '{CurrentProcess.ExecutablePath}' -as-victim '{directory.Path}'");
            Assert.Equal("started", await engine.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            var processes = CgroupsOf(engine.Id, viewer).SelectMany(cgroup => File.ReadAllLines(cgroup + "/cgroup.procs")).ToList();
            engine.Kill();
            await engine.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEmpty(processes);
            Assert.NotEmpty(CgroupsOf(engine.Id, viewer));

            var (_, _, next) = await RunAsync(arrange, "true");

            Assert.Empty(CgroupsOf(engine.Id, viewer));
            Assert.Empty(CgroupsOf(next, viewer));
        }
        finally
        {
            viewer.Kill();
        }
    }

    /// <summary>The directories of an engine's cgroups, as a process sees them for which this machine is arranged in the same way.</summary>
    private static string[] CgroupsOf(int engine, Process viewer) =>
        Directory.GetDirectories($"/proc/{viewer.Id}/root/sys/fs/cgroup", $"buildx-{engine}*", SearchOption.AllDirectories);

    private static async Task<(string Output, string Error, int Process)> RunAsync(string arrange, string step)
    {
        using var directory = new TemporaryDirectory();
        return await RunOutsideAsync($"{arrange}; exec '{CurrentProcess.ExecutablePath}' -as-victim '{directory.Path}' '{step}'");
    }

    private static async Task<(string Output, string Error, int Process)> RunOutsideAsync(string command)
    {
        using var process = Start(command);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }
        finally
        {
            process.Kill();
        }
        return (await output, await error, process.Id);
    }

    /// <summary>Starts a command in a copy of this mount namespace, in which the cgroups that this program has hidden are seen.</summary>
    private static Process Start(string command) => Process.Start(new ProcessStartInfo(
        "unshare", ["--mount", "sh", "-c", $"test -n \"$(ls /sys/fs/cgroup)\" || umount /sys/fs/cgroup; {command}"])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
