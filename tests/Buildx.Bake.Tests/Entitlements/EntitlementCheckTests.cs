using Buildx.Bake.Entitlements;
using Buildx.Bake.Entries;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Tests.Entitlements;

public sealed class EntitlementCheckTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Project => Path.Combine(_directory.Path, "project");

    public EntitlementCheckTests() => _directory.Write("project/Dockerfile", "");

    [Fact]
    public void The_working_directory_is_free() => Assert.True(Missing(new BakeTarget("a") { Context = ".", Outputs = [OutputEntry.Parse("out")] }).IsEmpty);

    [Fact]
    public void Paths_outside_are_asked_for_as_they_really_are()
    {
        _directory.Write("elsewhere/file", "");
        Directory.CreateSymbolicLink(Path.Combine(Project, "link"), "../elsewhere");
        var missing = Missing(new BakeTarget("a") { Context = "link", Outputs = [OutputEntry.Parse("../new/out")] });
        Assert.Equal([RealElsewhere], missing.Reads);
        Assert.Equal([Path.GetDirectoryName(RealElsewhere)!], missing.Writes);
    }

    [Fact]
    public void What_is_allowed_is_not_asked_for()
    {
        _directory.Write("elsewhere/file", "");
        var target = new BakeTarget("a") { Context = "../elsewhere", Network = "host", Entitlements = ["network.host"] };
        var allowed = Permissions.Parse([$"fs.read={_directory.Path}/elsewhere", "network.host"]);
        Assert.True(EntitlementCheck.FindMissing(Plan(target), allowed, Project).IsEmpty);
        Assert.False(Missing(target).IsEmpty);
    }

    [Theory]
    [InlineData("oci-layout://../elsewhere")]
    [InlineData("oci-layout://../elsewhere:v1")]
    [InlineData("oci-layout://../elsewhere:v1@sha256:0000000000000000000000000000000000000000000000000000000000000001")]
    public void A_layout_outside_is_asked_for_whatever_its_tag(string source)
    {
        _directory.Write("elsewhere/oci-layout", "");
        var missing = Missing(new BakeTarget("a") { Context = ".", Contexts = new Dictionary<string, string> { ["base"] = source } });
        Assert.Equal([RealElsewhere], missing.Reads);
    }

    [Fact]
    public void Privileges_the_agent_and_secrets_are_asked_for()
    {
        var missing = Missing(new BakeTarget("a")
        {
            Context = ".",
            Entitlements = ["security.insecure", "device=x"],
            Ssh = [SshEntry.Parse("default")],
            Secrets = [new SecretEntry("s", "/etc/hostname")],
        });
        Assert.True(missing.SecurityInsecure);
        Assert.True(missing.Ssh);
        Assert.Equal(["x"], missing.Devices);
        Assert.Equal(["/etc/hostname"], missing.Reads);
        var flags = EntitlementText.Describe(missing, Project).Select(item => item.Flag).ToList();
        Assert.Equal(["security.insecure", "device=x", "ssh", "fs.read=/etc/hostname"], flags);
    }

    [Fact]
    public void An_unknown_entitlement_is_refused() => Assert.Throws<BakeException>(() => Permissions.Parse(["everything"]));

    public void Dispose() => _directory.Dispose();

    private string RealElsewhere => RealPath.Resolve(Path.Combine(_directory.Path, "elsewhere")).Whole;

    private Permissions Missing(BakeTarget target) => EntitlementCheck.FindMissing(Plan(target), new Permissions(), Project);

    private static BakePlan Plan(BakeTarget target) => new(new Dictionary<string, BakeGroup>(), new Dictionary<string, BakeTarget> { [target.Name] = target });
}
