using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Bundles;
using Buildx.Engine.Execution.Devices;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Execution.Devices;

public sealed class RuntimeExecutorDeviceTests(ExecutorFixture fixture) : IClassFixture<ExecutorFixture>
{
    [Theory]
    [InlineData("linux/amd64")]
    [InlineData("linux/arm64")]
    public async Task A_node_is_there_also_for_a_foreign_platform_whose_steps_may_make_none(string platform)
    {
        var node = new DeviceNode("/dev/widget", "/dev/null", null, null, null, "rwm", null, null);
        var spec = fixture.Spec("echo x >/dev/widget; stat -c '%F' /dev/widget", platform) with { Devices = ContainerEdits.None with { Nodes = [node] } };

        Assert.Equal((0, "character special file\n", ""), await fixture.RunAsync(spec));
    }

    [Fact]
    public async Task A_node_has_the_owner_and_mode_that_its_specification_says()
    {
        var node = new DeviceNode("/dev/widget", "/dev/null", null, null, 0b110_000_000, "rwm", 1000, 2000);
        var spec = fixture.Spec("stat -c '%a %u %g' /dev/widget; id -G") with { Devices = ContainerEdits.None with { Nodes = [node], Groups = [44] } };

        Assert.Equal((0, "600 1000 2000\n0 44\n", ""), await fixture.RunAsync(spec));
    }

    [Fact]
    public async Task A_node_outside_of_dev_does_not_stay_in_the_root()
    {
        var node = new DeviceNode("/opt/widget", "/dev/null", null, null, null, "rwm", null, null);
        var spec = fixture.Spec("stat -c '%F' /opt/widget") with { Devices = ContainerEdits.None with { Nodes = [node] } };

        Assert.Equal((0, "character special file\n", ""), await fixture.RunAsync(spec));
        Assert.False(Path.Exists(spec.RootPath + "/opt"));
    }

    [Fact]
    public async Task Hooks_run_beside_the_one_that_keeps_the_seccomp_profile()
    {
        using var directory = new TemporaryDirectory();
        var edits = ContainerEdits.None with
        {
            Hooks =
            [
                new ContainerHook("createContainer", "/bin/sh", ["sh", "-c", "cat >/dev/null; echo $GREETING >>$0", directory.Path + "/log"], ["GREETING=before"], 5),
                new ContainerHook("poststart", "/bin/sh", ["sh", "-c", "cat >/dev/null; echo after >>$0", directory.Path + "/log"], [], null),
            ],
            Environment = ["WIDGET=set"],
        };
        var spec = fixture.Spec("echo $WIDGET; sleep 1");

        var (exitCode, output, error) = await fixture.RunAsync(spec with { Env = spec.Env.Add("WIDGET=other"), Devices = edits });

        Assert.Equal((0, "set\n", ""), (exitCode, output, error));
        Assert.Equal("before\nafter\n", await File.ReadAllTextAsync(directory.Path + "/log", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_a_device_needs_and_the_machine_does_not_have_is_named()
    {
        var mount = BundleMount.Bind("/lib/driver", "/nowhere/driver", readOnly: true);
        var node = new DeviceNode("/dev/widget", "/nowhere/widget", null, null, null, "rwm", null, null);

        var noMount = await Assert.ThrowsAsync<ExecutionException>(() => fixture.RunAsync(fixture.Spec("true") with { Devices = ContainerEdits.None with { Mounts = [mount] } }));
        var noNode = await Assert.ThrowsAsync<ExecutionException>(() => fixture.RunAsync(fixture.Spec("true") with { Devices = ContainerEdits.None with { Nodes = [node] } }));

        Assert.Equal("/nowhere/driver, which a device needs, is not on this machine", noMount.Message);
        Assert.Contains("/nowhere/widget", noNode.Message, StringComparison.Ordinal);
    }
}
