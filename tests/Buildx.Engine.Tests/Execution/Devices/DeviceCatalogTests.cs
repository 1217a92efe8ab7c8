using Buildx.Engine.Execution.Devices;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Execution.Devices;

public sealed class DeviceCatalogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_name_means_one_device_a_kind_its_first_a_star_all_and_a_class_whoever_says_so()
    {
        Write("1/a.yaml", "v.com/gpu", "b", "a");
        _directory.Write("1/c.yaml", "cdiVersion: 0.6.0\nkind: w.com/other\ndevices: [{name: x, annotations: {org.mobyproject.buildkit.device.class: gpu}}]");
        var inventory = Read();

        Assert.Equal(["v.com/gpu=b"], Names("v.com/gpu=b"));
        Assert.Equal(["v.com/gpu=a"], Names("v.com/gpu"));
        Assert.Equal(["v.com/gpu=a", "v.com/gpu=b"], Names("v.com/gpu=*"));
        Assert.Equal(["w.com/other=x"], Names("gpu"));
        Assert.Empty(Names("v.com/gpu=c"));
        Assert.Empty(Names("v.com"));

        string[] Names(string name) => [.. inventory.Find(name).Select(device => device.Name)];
    }

    [Fact]
    public void A_later_directory_wins_and_two_in_one_directory_are_none()
    {
        Write("1/a.yaml", "v.com/c", "x", "y");
        _directory.Write("2/a.json", """{"cdiVersion": "0.6.0", "kind": "v.com/c", "devices": [{"name": "x", "containerEdits": {"env": ["FROM=second"]}}]}""");
        Write("1/b.yaml", "v.com/c", "y");
        _directory.Write("1/readme.txt", "not a specification");
        var inventory = Read();

        Assert.Equal(["FROM=second"], Assert.Single(inventory.Devices).Own.Environment);
        Assert.Contains($"v.com/c=y is both in {_directory}/1/a.yaml and in {_directory}/1/b.yaml", Assert.Single(inventory.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void The_engine_may_let_everybody_have_a_device_or_a_kind()
    {
        Write("1/a.yaml", "v.com/c", "x", "y");
        Write("1/b.yaml", "v.com/d", "x");
        var inventory = new DeviceCatalog(new DeviceOptions(true, [_directory + "/1"], ["v.com/c=x", "v.com/d"])).Read();

        Assert.Equal([true, false, true], inventory.Devices.Select(inventory.IsAllowed));
    }

    [Fact]
    public void Without_specifications_the_message_says_where_they_were_looked_for()
    {
        Assert.Equal(
            $"there is no device v.com/c: none is described in {_directory}/1, {_directory}/2 (CDI specifications, *.json and *.yaml)", Read().DescribeMissing("v.com/c"));
        Assert.Contains(
            "switched off", new DeviceCatalog(DeviceOptions.Default with { IsEnabled = false }).Read().DescribeMissing("v.com/c"), StringComparison.Ordinal);
    }

    private DeviceInventory Read() => new DeviceCatalog(new DeviceOptions(true, [_directory + "/1", _directory + "/2"], [])).Read();

    private void Write(string file, string kind, params string[] names) =>
        _directory.Write(file, $"cdiVersion: 0.6.0\nkind: {kind}\ndevices: [{string.Join(", ", names.Select(name => $"{{name: {name}}}"))}]");
}
