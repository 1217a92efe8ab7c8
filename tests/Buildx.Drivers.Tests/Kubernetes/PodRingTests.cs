using Buildx.Drivers.Kubernetes;

namespace Buildx.Drivers.Tests.Kubernetes;

public sealed class PodRingTests
{
    private static readonly string[] Pods = ["ours-node-0", "ours-node-1", "ours-node-2"];

    /// <summary>What Buildx's ring gives for these names.</summary>
    [Theory]
    [InlineData("/home/me/app", "ours-node-1")]
    [InlineData("/src", "ours-node-0")]
    [InlineData("/", "ours-node-0")]
    [InlineData("", "ours-node-1")]
    [InlineData("/b", "ours-node-1")]
    [InlineData("/c", "ours-node-0")]
    public void A_directory_has_the_pod_that_Buildx_gives_it(string contextPath, string pod) => Assert.Equal(pod, PodRing.Choose(Pods, contextPath));

    [Fact]
    public void Only_the_directories_of_a_pod_that_leaves_move()
    {
        for (var i = 0; i < 200; i++)
        {
            var chosen = PodRing.Choose(Pods, $"/home/{i}");
            if (chosen != Pods[1])
                Assert.Equal(chosen, PodRing.Choose([Pods[0], Pods[2]], $"/home/{i}"));
        }
        Assert.Equal("alone", PodRing.Choose(["alone"], "/anything"));
    }
}
