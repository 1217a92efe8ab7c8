using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Devices;
using Buildx.Linux;

namespace Buildx.Engine.Tests.Execution.Cgroups;

/// <summary>Which of the machine's devices a step can open. The one that is tried is a loop device.</summary>
public sealed class DeviceAccessTests(ExecutorFixture fixture) : IClassFixture<ExecutorFixture>
{
    private static readonly DeviceNumber Loop = new(7, 0);

    [Theory]
    [InlineData("b 7 0")]
    [InlineData("c 1 11")]
    [InlineData("c 10 237")]
    public async Task A_node_can_be_made_but_not_opened(string device)
    {
        var (exitCode, output, error) = await fixture.RunAsync(fixture.Spec($"mknod /tmp/x {device} && echo made; dd if=/tmp/x bs=1 count=1"));

        Assert.Equal((1, "made\n"), (exitCode, output));
        Assert.Contains("Operation not permitted", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linux/amd64")]
    [InlineData("linux/arm64")]
    public async Task A_node_that_came_with_the_image_can_not_be_opened(string platform)
    {
        var spec = fixture.Spec("stat -c %F /disk; dd if=/disk bs=1 count=1", platform);
        FileSystem.MakeNodeAt(null, spec.RootPath + "/disk", FileType.BlockDevice, 0x1b6, Loop);

        var (exitCode, output, error) = await fixture.RunAsync(spec);

        Assert.Equal((1, "block special file\n"), (exitCode, output));
        Assert.Contains("Operation not permitted", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linux/amd64")]
    [InlineData("linux/arm64")]
    public async Task What_every_container_has_works(string platform)
    {
        var (exitCode, output, error) = await fixture.RunAsync(fixture.Spec(
            "for d in zero random urandom full; do head -c 1 /dev/$d | wc -c; done; echo x >/dev/null && echo x 2>/dev/null >/dev/full || echo full; exec 3<>/dev/ptmx && echo ptmx", platform));

        Assert.Equal((0, "1\n1\n1\n1\nfull\nptmx\n", ""), (exitCode, output, error));
    }

    [Fact]
    public async Task A_root_file_system_that_is_being_built_has_devices_that_work()
    {
        var (exitCode, output, error) = await fixture.RunAsync(fixture.Spec("mknod /tmp/null c 1 3 && mknod /tmp/sda b 8 0 && echo x >/tmp/null && echo works"));

        Assert.Equal((0, "works\n", ""), (exitCode, output, error));
    }

    [Theory]
    [InlineData("linux/amd64", "/dev/widget")]
    [InlineData("linux/amd64", "/opt/widget")]
    [InlineData("linux/arm64", "/dev/widget")]
    public async Task A_device_that_the_step_has_been_given_opens_as_its_specification_permits(string platform, string path)
    {
        var node = new DeviceNode(path, "/dev/loop0", FileType.BlockDevice, Loop, 0x1b6, "r", null, null);
        var spec = fixture.Spec($"dd if={path} count=0 2>/dev/null && echo read; dd of={path} count=0 conv=notrunc", platform);

        var (exitCode, output, error) = await fixture.RunAsync(spec with { Devices = ContainerEdits.None with { Nodes = [node] } });

        Assert.Equal((1, "read\n"), (exitCode, output));
        Assert.Contains("Operation not permitted", error, StringComparison.Ordinal);
        await AllLeaveAsync(() => LegacyCgroups.OfSteps(Environment.ProcessId));
    }

    [Fact]
    public async Task An_insecure_step_may_open_what_the_engine_may()
    {
        var (exitCode, output, _) = await fixture.RunAsync(fixture.Spec("mknod /tmp/x b 7 0 && dd if=/tmp/x count=0 && echo opened") with { Insecure = true });

        Assert.Equal((0, "opened\n"), (exitCode, output));
    }

    [Fact]
    public async Task A_second_process_of_a_container_can_not_open_it_either()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var first = new ProcessControl();
        var second = new ProcessControl();
        var spec = fixture.Spec("mknod /tmp/x b 7 0; sleep 60");
        using var end = new CancellationTokenSource();
        var run = fixture.Executor.RunAsync(spec, new CapturedOutput(), end.Token, first);
        var output = new CapturedOutput();

        var exitCode = await fixture.Executor.RunInsideAsync(
            spec with { Args = ["/bin/sh", "-c", "while ! test -e /tmp/x; do sleep 0.1; done; dd if=/tmp/x count=0"] }, first, output, second, timeout.Token);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.Equal(1, exitCode);
        Assert.Contains("Operation not permitted", output.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("sleep 60")]
    public async Task A_step_s_own_cgroup_goes_with_it(string command)
    {
        var node = new DeviceNode("/dev/widget", "/dev/loop0", FileType.BlockDevice, Loop, 0x1b6, "rwm", null, null);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(command == "sleep 60" ? 300 : 60_000));
        try
        {
            await fixture.Executor.RunAsync(fixture.Spec(command) with { Devices = ContainerEdits.None with { Nodes = [node] } }, new CapturedOutput(), cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            // The third.
        }

        Assert.Empty(LegacyCgroups.OfSteps(Environment.ProcessId));
    }

    [Fact]
    public async Task The_engine_s_own_threads_are_not_kept_from_anything()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fixture.RunAsync(fixture.Spec("true"))));

        await AllLeaveAsync(() => LegacyCgroups.TasksOf(Environment.ProcessId));
    }

    /// <summary>Other tests of this process run steps at the same time, which come and go: what is there now must go too.</summary>
    private static async Task AllLeaveAsync(Func<IEnumerable<string>> present)
    {
        var left = present().ToHashSet(StringComparer.Ordinal);
        for (var end = DateTime.UtcNow.AddSeconds(30); left.Count > 0 && DateTime.UtcNow < end; await Task.Delay(2))
            left.IntersectWith(present());
        Assert.Empty(left);
    }
}
