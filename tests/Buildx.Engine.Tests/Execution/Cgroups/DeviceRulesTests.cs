using System.Text;
using System.Text.Json;
using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Bundles;
using Buildx.Engine.Execution.Cgroups;
using Buildx.Engine.Execution.Devices;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Execution.Cgroups;

public sealed class DeviceRulesTests
{
    [Fact]
    public void Everything_is_refused_but_making_nodes_and_what_every_container_has() =>
        Assert.Equal(
            [
                "deny a", "allow c *:* m", "allow b *:* m", "allow c 1:3 rwm", "allow c 1:5 rwm", "allow c 1:7 rwm", "allow c 1:8 rwm", "allow c 1:9 rwm",
                "allow c 5:0 rwm", "allow c 5:1 rwm", "allow c 5:2 rwm", "allow c 136:* rwm",
            ],
            DeviceRules.Default.Select(rule => $"{(rule.Allow ? "allow" : "deny")} {rule}"));

    [Fact]
    public void A_given_device_adds_what_its_specification_permits()
    {
        DeviceNode[] nodes =
        [
            new("/dev/a", "/dev/a", FileType.BlockDevice, new DeviceNumber(8, 16), null, "r", null, null),
            new("/dev/b", "/dev/b", FileType.Fifo, null, null, "rwm", null, null),
            new("/dev/c", "/dev/c", FileType.CharacterDevice, new DeviceNumber(195, 0), null, "rw", null, null),
        ];

        Assert.Equal(["b 8:16 r", "c 195:0 rw"], DeviceRules.For(nodes).Skip(DeviceRules.Default.Length).Select(rule => rule.ToString()));
    }

    [Fact]
    public void The_runtime_is_told_them_with_the_cgroup()
    {
        var rules = Write(bundle => bundle with { CgroupsPath = "/buildkit/x" }).GetProperty("linux").GetProperty("resources").GetProperty("devices");

        Assert.Equal("""{"allow":false,"type":"a","access":"rwm"}""", rules[0].GetRawText());
        Assert.Equal("""{"allow":true,"type":"c","access":"m"}""", rules[1].GetRawText());
        Assert.Equal("""{"allow":true,"type":"c","major":1,"minor":3,"access":"rwm"}""", rules[3].GetRawText());
        Assert.Equal("""{"allow":true,"type":"c","major":136,"access":"rwm"}""", rules[rules.GetArrayLength() - 1].GetRawText());
    }

    [Fact]
    public void Limits_stand_beside_them()
    {
        var resources = Write(bundle => bundle with
        {
            CgroupsPath = "/buildkit/x",
            DeviceRules = DeviceRules.All,
            Spec = bundle.Spec with { Resources = new ExecutionResources(1 << 20, 0, 0, 0, 0, "", "") },
        }).GetProperty("linux").GetProperty("resources");

        Assert.Equal("""{"devices":[{"allow":true,"type":"a","access":"rwm"}],"memory":{"limit":1048576}}""", resources.GetRawText());
    }

    [Fact]
    public void Without_a_cgroup_nothing_is_said_of_resources() =>
        Assert.False(Write(bundle => bundle).GetProperty("linux").TryGetProperty("resources", out _));

    [Fact]
    public void Without_guard_the_profile_lets_only_harmless_nodes_be_made()
    {
        var calls = Write(bundle => bundle with { RefusesDeviceNodes = true }).GetProperty("linux").GetProperty("seccomp").GetProperty("syscalls").EnumerateArray()
            .Where(rule => rule.GetProperty("names").EnumerateArray().Any(name => name.GetString() is "mknod" or "mknodat")).ToList();

        Assert.All(calls, rule => Assert.True(rule.TryGetProperty("args", out _)));
        Assert.Contains(calls, rule => rule.GetProperty("args").GetRawText() ==
            """[{"index":2,"value":61440,"valueTwo":8192,"op":"SCMP_CMP_MASKED_EQ"},{"index":3,"value":259,"op":"SCMP_CMP_EQ"}]""");
        Assert.DoesNotContain(calls, rule => rule.GetRawText().Contains("24576", StringComparison.Ordinal));
    }

    private static JsonElement Write(Func<Bundle, Bundle> change)
    {
        var spec = new ExecutionSpec("/root", ReadOnlyRoot: false, ["true"], [], "/", "", Platform.Parse("linux/amd64"));
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            BundleWriter.Write(json, change(new Bundle(spec, "/root", new ContainerUser(0, 0, [], "/root"), [])));
        return JsonDocument.Parse(Encoding.UTF8.GetString(buffer.ToArray())).RootElement;
    }
}
