using Buildx.Engine.Execution.Devices;
using Buildx.Linux;

namespace Buildx.Engine.Tests.Execution.Devices;

public sealed class DeviceSpecificationTests
{
    [Fact]
    public void All_that_a_device_may_need_is_read()
    {
        var devices = DeviceSpecification.Read("""
            cdiVersion: 0.7.0
            kind: vendor.com/net
            annotations: { team: blue, level: "1" }
            containerEdits:
              env: [SHARED=1]
            devices:
            - name: 0
              annotations: { level: "2" }
              containerEdits:
                env: [A=b=c]
                additionalGids: [44]
                deviceNodes:
                - { path: /dev/a, type: b, major: 8, minor: 1, fileMode: 0o660, permissions: r, uid: 1, gid: 2 }
                mounts:
                - { hostPath: /usr/lib/a.so, containerPath: /lib/a.so }
                hooks:
                - { hookName: createContainer, path: /usr/bin/hook, args: [hook, ldcache], env: [X=y], timeout: 5 }
            """, "a.yaml");

        var device = Assert.Single(devices);
        Assert.Equal("vendor.com/net=0", device.Name);
        Assert.Equal("vendor.com/net", device.Kind);
        Assert.Equal("2", device.Annotations["level"]);
        Assert.Equal("blue", device.Annotations["team"]);
        Assert.Equal(["SHARED=1"], device.Common.Environment);
        Assert.Equal(["A=b=c"], device.Own.Environment);
        Assert.Equal([44u], device.Own.Groups);
        Assert.Equal(new DeviceNode("/dev/a", "/dev/a", FileType.BlockDevice, new DeviceNumber(8, 1), 0b110_110_000, "r", 1, 2), Assert.Single(device.Own.Nodes));
        var mount = Assert.Single(device.Own.Mounts);
        Assert.Equal(("/lib/a.so", "bind", "/usr/lib/a.so"), (mount.Destination, mount.Type, mount.Source));
        Assert.Equal(["rbind"], mount.Options);
        var hook = Assert.Single(device.Own.Hooks);
        Assert.Equal(("createContainer", "/usr/bin/hook", 5), (hook.Stage, hook.Path, hook.Timeout));
        Assert.Equal(["hook", "ldcache"], hook.Arguments);
    }

    [Fact]
    public void JSON_with_tabs_is_read_too()
    {
        var device = Assert.Single(DeviceSpecification.Read("{\n\t\"cdiVersion\": \"0.5.0\",\n\t\"kind\": \"v.com/c\",\n\t\"devices\": [\n\t\t{\"name\": \"x\", \"containerEdits\": {\"env\": [\"URL=http:\\/\\/x\"]}}\n\t]\n}\n", "a.json"));

        Assert.Equal(["URL=http://x"], device.Own.Environment);
    }

    [Theory]
    [InlineData("kind: v.com/c\ndevices: [{name: x}]", "a.yaml:1:1: cdiVersion is missing")]
    [InlineData("cdiVersion: 9.0.0\nkind: v.com/c\ndevices: [{name: x}]", "a.yaml:1:13: cdiVersion: version 9.0.0 is not known")]
    [InlineData("cdiVersion: 0.6.0\nkind: v.com\ndevices: [{name: x}]", "a.yaml:2:7: kind: \"v.com\" is not of the form vendor.com/class")]
    [InlineData("cdiVersion: 0.6.0\nkind: v.com/c\ndevices: []", "a.yaml:3:10: devices: is empty")]
    [InlineData("cdiVersion: 0.6.0\nkind: v.com/c\ndevices: [{name: x, color: red}]", "a.yaml:3:21: color is not known here")]
    [InlineData("cdiVersion: 0.6.0\nkind: v.com/c\ndevices: [{name: x, containerEdits: {netDevices: [{name: a, hostInterfaceName: b}]}}]", "a.yaml:3:50: netDevices: not supported in this version")]
    [InlineData("cdiVersion: 0.6.0\nkind: v.com/c\ndevices: [{name: x, containerEdits: {mounts: [{hostPath: /a, containerPath: b}]}}]", "a.yaml:3:77: containerPath: \"b\" is not an absolute path")]
    [InlineData("cdiVersion: [", "a.yaml:2:1: not valid YAML: ")]
    public void What_is_wrong_is_told_with_its_place(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<DeviceSpecificationException>(() => DeviceSpecification.Read(text, "a.yaml")).Message, StringComparison.Ordinal);
}
