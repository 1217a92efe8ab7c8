using System.Globalization;
using Buildx.Client;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.EndToEnd.Tests.Graphs;

/// <summary>
/// Random graphs are built by the engine and by the BuildKit inside Docker Engine, in whatever state their caches are, after
/// builds that were cancelled in the middle: the trees are the same.
/// </summary>
public sealed class RandomGraphTests(BaseImageRegistry bases, ITestOutputHelper output)
{
    /// <summary>How many trees are compared; more on demand with BUILDX_RANDOM_GRAPHS.</summary>
    private static readonly int Count = Setting("BUILDX_RANDOM_GRAPHS", 40);

    /// <summary>
    /// BuildKit's own troubles, which say nothing about the graph: snapshots that a cancelled build has taken along, merges of
    /// several empty differences, and wildcards, which may match nothing, over an empty difference.
    /// </summary>
    private static readonly string[] OwnFailures =
        ["during finalize", "invalid response from exec need 0 index but 0 results received", "*: no such file or directory"];

    private static readonly int FirstSeed = Setting("BUILDX_RANDOM_SEED", 1);

    [Fact]
    public async Task Random_graphs_give_the_trees_that_BuildKit_gives()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var place = await Workplace.CreateAsync(bases);
        await using var ours = await EngineClient.ConnectAsync(place);
        await using var theirs = await ReferenceBuildkit.StartAsync(cancellationToken);
        var image = ImageReference.Parse($"{bases.Server.Host}/library/busybox:1.36");
        var (equal, refused, broken, cancelled) = (0, 0, 0, 0);
        var (different, reasons) = (new List<string>(), new List<string>());
        for (var seed = FirstSeed; equal < Count && seed < FirstSeed + (2 * Count); seed++)
        {
            var graph = new RandomGraph(seed, image);
            var state = new Random(-seed);
            cancelled += await DisturbAsync(ours, graph, state, place, cancellationToken);
            cancelled += await theirs.TryAsync(client => DisturbAsync(client, graph, state, place, cancellationToken), _ => false, cancellationToken);
            var mine = await BuildAsync(ours, graph.Result, Path.Combine(place.Path, "ours.tar"), cancellationToken);
            // BuildKit trips over what cancelled builds have left, for a while; that is not what is asked here.
            var other = await theirs.TryAsync(
                client => BuildAsync(client, graph.Result, Path.Combine(place.Path, "theirs.tar"), cancellationToken),
                result => result.Error?.Contains("snapshot", StringComparison.Ordinal) == true,
                cancellationToken);
            if (mine.Tree is null && other.Tree is null)
            {
                refused++;
                reasons.Add($"{seed}: {mine.Error} | {other.Error}");
            }
            else if (mine.Tree is not null && other.Tree is not null && IsSame(mine.Tree, other.Tree, graph))
                equal++;
            else if (mine.Tree is not null && OwnFailures.Any(failure => other.Error?.Contains(failure, StringComparison.Ordinal) == true))
                broken++;
            else
                different.Add(string.Create(CultureInfo.InvariantCulture, $"seed {seed}:\n{graph}--- ours: {mine.Error}\n{mine.Tree?.Describe()}\n--- BuildKit's: {other.Error}\n{other.Tree?.Describe()}\n"));
            if (different.Count == 10)
                break;
        }
        output.WriteLine($"{equal} equal, {refused} refused by both, {broken} that BuildKit broke on, {different.Count} different; {cancelled} builds cancelled in between; BuildKit was started again {theirs.Restarts} times\n{theirs.LastWords}");
        output.WriteLine(string.Join('\n', reasons));
        Assert.True(different.Count == 0, string.Join('\n', different));
        Assert.Equal(Count, equal);
        Assert.InRange(refused, 0, Count / 4);
        Assert.InRange(broken, 0, Count / 20);
    }

    /// <summary>
    /// A link to a file that its step has found is a change for us, and goes with the step's changes into merges and diffs;
    /// BuildKit takes that file for unchanged, and leaves it behind (docs/compatibility.md).
    /// </summary>
    private static bool IsSame(TarTree mine, TarTree other, RandomGraph graph) =>
        mine.Describe() == other.Describe()
        || (graph.HasMerges && mine.DescribeUnlinked() == other.DescribeUnlinked() && mine.HasLinksOf(other));

    /// <summary>Builds parts of the graph, and starts builds that are cancelled after a moment.</summary>
    private static async Task<int> DisturbAsync(BuildkitClient client, RandomGraph graph, Random random, Workplace place, CancellationToken cancellationToken)
    {
        var cancelled = 0;
        for (var i = random.Next(3); i > 0; i--)
        {
            var part = graph.Trees[random.Next(graph.Trees.Count)];
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (random.Next(2) == 0)
                stop.CancelAfter(random.Next(1, 150));
            try
            {
                await BuildAsync(client, part, Path.Combine(place.Path, "part.tar"), stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SolveException && !cancellationToken.IsCancellationRequested)
            {
                // A graph that is refused can be refused in the moment it is cancelled.
                cancelled++;
            }
        }
        return cancelled;
    }

    private static async Task<(TarTree? Tree, string? Error)> BuildAsync(BuildkitClient client, LlbOutput? result, string archive, CancellationToken cancellationToken)
    {
        try
        {
            await client.SolveAsync(
                new SolveOptions
                {
                    Definition = LlbDefinition.Write(result ?? Nothing),
                    Exports = [new ExportOptions("tar") { Destination = FileDestination.ForPath(archive) }],
                },
                cancellationToken: cancellationToken);
            return (TarTree.Read(archive), null);
        }
        catch (SolveException e) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, e.Message);
        }
    }

    /// <summary>An empty tree is no definition at all, which a build without a frontend doesn't have.</summary>
    private static LlbOutput Nothing => new LlbFile(null).Remove("/nothing", allowNotFound: true).ToOutput(VertexOptions.None);

    private static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
