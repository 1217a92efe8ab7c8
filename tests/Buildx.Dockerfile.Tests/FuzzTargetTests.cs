using Buildx.Fuzz;

namespace Buildx.Dockerfile.Tests;

public sealed class FuzzTargetTests
{
    [Fact]
    public void Every_target_copes_with_its_seeds_and_with_changes_of_them()
    {
        foreach (var target in FuzzTargets.All)
        {
            var seeds = target.Seeds.ToArray();
            Assert.NotEmpty(seeds);
            var mutator = new Mutator(new Random(7), target.Words);
            foreach (var input in seeds.Concat(Enumerable.Range(0, 500).Select(i => mutator.Mutate(seeds[i % seeds.Length], seeds))))
                target.Run(input);
        }
    }
}
