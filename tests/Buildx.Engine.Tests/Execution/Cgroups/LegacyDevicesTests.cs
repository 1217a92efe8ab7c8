using Buildx.Engine.Execution.Cgroups;
using Buildx.Linux;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Execution.Cgroups;

public sealed class LegacyDevicesTests
{
    private const string Rest = "rw,relatime shared:9 - cgroup cgroup rw,devices";

    [Theory]
    [InlineData("/", "/sys/fs/cgroup/devices", "/", "/sys/fs/cgroup/devices")]
    [InlineData("/", "/sys/fs/cgroup/devices", "/system.slice/docker.service", "/sys/fs/cgroup/devices/system.slice/docker.service")]
    [InlineData("/docker/abc", "/sys/fs/cgroup/devices", "/docker/abc", "/sys/fs/cgroup/devices")]
    [InlineData("/docker/abc", "/sys/fs/cgroup/devices", "/docker/abc/inner", "/sys/fs/cgroup/devices/inner")]
    [InlineData("/docker/abc", "/sys/fs/cgroup/devices", "/docker/abcdef", null)]
    public void The_engine_s_own_cgroup_is_found(string root, string point, string own, string? expected)
    {
        string[] mounts = ["22 1 0:5 / /proc rw - proc proc rw", $"36 31 0:32 {root} {point} {Rest}"];

        Assert.Equal(expected, LegacyDevices.FindOwn(mounts, ["9:name=systemd:/x", $"5:devices:{own}", "0::/y"]));
    }

    [Fact]
    public void Version_2_alone_has_none() =>
        Assert.Null(LegacyDevices.FindOwn(["30 23 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"], ["0::/user.slice"]));

    [Fact]
    public void Of_what_lies_beside_its_own_only_what_dead_engines_have_left_is_removed()
    {
        using var directory = new TemporaryDirectory();
        string[] others = ["buildx", "buildx-999999999-x", "docker-999999999", StepNames.OfEngine, StepNames.OfStep(1)];
        foreach (var name in others.Concat(["buildx-999999999", "buildx-999999999-12"]))
            Directory.CreateDirectory(Path.Combine(directory.Path, name));
        using var own = FileSystem.OpenDirectory(directory.Path);

        LegacyDevices.RemoveLeftovers(own);

        Assert.Equal(others.Order(StringComparer.Ordinal), Directory.GetDirectories(directory.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }
}
