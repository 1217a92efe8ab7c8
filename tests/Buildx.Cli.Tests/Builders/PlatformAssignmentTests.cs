using Buildx.Cli.Builders;
using Buildx.Client;
using Buildx.Oci;

namespace Buildx.Cli.Tests.Builders;

public sealed class PlatformAssignmentTests
{
    private static readonly NodePlatforms Intel = Node([], "linux/amd64", "linux/amd64/v2", "linux/386", "linux/arm64", "linux/arm/v7", "linux/s390x");
    private static readonly NodePlatforms Arm = Node([], "linux/arm64", "linux/arm/v7", "linux/amd64", "linux/386");

    [Fact]
    public void Each_platform_goes_to_the_node_that_runs_it_by_itself() =>
        Assert.Equal(
            ["0: linux/amd64 linux/386 linux/amd64/v2", "1: linux/arm64 linux/arm/v7"],
            Assign("linux/amd64,linux/arm64,linux/386,linux/arm/v7,linux/amd64/v2", Intel, Arm));

    [Fact]
    public void The_order_of_the_nodes_does_not_matter_where_one_is_better() =>
        Assert.Equal(["1: linux/amd64 linux/386", "0: linux/arm64"], Assign("linux/amd64,linux/arm64,linux/386", Arm, Intel));

    [Fact]
    public void What_no_node_runs_by_itself_goes_to_one_that_emulates_it() => Assert.Equal(["1: linux/s390x"], Assign("linux/s390x", Arm, Intel));

    [Fact]
    public void A_platform_that_was_given_to_a_node_goes_there() =>
        Assert.Equal(["1: linux/amd64", "0: linux/386"], Assign("linux/amd64,linux/386", Intel, Node(["linux/amd64"], "linux/arm64")));

    [Fact]
    public void What_nobody_can_run_and_what_is_not_asked_for_goes_to_the_first_node()
    {
        Assert.Equal(["0: linux/riscv64"], Assign("linux/riscv64", Intel, Arm));
        Assert.Equal([(0, 0)], PlatformAssignment.Assign([], [Intel, Arm]).Select(share => (share.Node, share.Platforms.Count)));
    }

    [Fact]
    public void An_older_variant_can_be_built_where_the_newer_one_was_given() =>
        Assert.Equal(["1: linux/arm/v6"], Assign("linux/arm/v6", Node(["linux/amd64"]), Node(["linux/arm/v7"])));

    [Fact]
    public void Nobody_is_asked_where_all_platforms_were_given()
    {
        NodePlatforms[] nodes = [Node(["linux/amd64"]), Node(["linux/arm64"])];
        Assert.True(PlatformAssignment.IsFixed([Platform.Parse("linux/arm64"), Platform.Parse("linux/amd64")], nodes));
        Assert.False(PlatformAssignment.IsFixed([Platform.Parse("linux/386")], nodes));
    }

    private static IEnumerable<string> Assign(string platforms, params NodePlatforms[] nodes) =>
        PlatformAssignment.Assign([.. platforms.Split(',').Select(Platform.Parse)], nodes).Select(share => $"{share.Node}: {string.Join(' ', share.Platforms)}");

    private static NodePlatforms Node(string[] given, params string[] listed) => NodePlatforms.Of(
        [.. given.Select(Platform.Parse)],
        [new Worker("worker", new Dictionary<string, string>(), [.. listed.Select(Platform.Parse)], [], null)]);
}
