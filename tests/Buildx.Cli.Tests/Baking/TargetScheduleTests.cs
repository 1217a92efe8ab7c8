using Buildx.Cli.Baking;
using Buildx.Cli.Building;
using Buildx.Client;

namespace Buildx.Cli.Tests.Baking;

public sealed class TargetScheduleTests
{
    private readonly List<string> _order = [];
    private int _running;
    private int _mostRunning;

    [Fact]
    public async Task A_target_waits_for_those_it_is_linked_to()
    {
        var schedule = new TargetSchedule(null, keepGoing: false);
        Add(schedule, "c", ["b"]);
        Add(schedule, "b", ["a"]);
        Add(schedule, "a", []);
        var results = await schedule.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b", "c"], _order);
        Assert.Equal(3, results.Count);
    }

    [Fact]
    public async Task A_target_gets_the_graphs_of_its_links()
    {
        var schedule = new TargetSchedule(null, keepGoing: false);
        var seen = new List<string>();
        schedule.Add(Target("b", ["a"]), false, (inputs, _, _) =>
        {
            seen.AddRange(inputs.SelectMany(input => input.Value.Of("node").Select(graph => $"{input.Key}:{graph.Platform}")));
            return Task.FromResult(Result("b"));
        });
        schedule.Add(Target("a", []), true, (_, built, _) =>
        {
            built!(new TargetGraphs(new Dictionary<string, IReadOnlyList<BuildGraph>>
            {
                ["node"] = [new BuildGraph("linux/amd64", null, null), new BuildGraph("linux/arm64", null, null)],
            }));
            return Task.FromResult(Result("a"));
        });
        await schedule.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["a:linux/amd64", "a:linux/arm64"], seen);
    }

    [Fact]
    public async Task No_more_run_at_once_than_are_wanted()
    {
        var schedule = new TargetSchedule(2, keepGoing: false);
        for (var i = 0; i < 8; i++)
            Add(schedule, $"t{i}", []);
        await schedule.RunAsync(TestContext.Current.CancellationToken);
        Assert.InRange(_mostRunning, 1, 2);
    }

    [Fact]
    public async Task A_failure_ends_the_others_and_names_what_was_not_built()
    {
        var schedule = new TargetSchedule(null, keepGoing: false);
        schedule.Add(Target("wrong", []), true, (_, _, _) => throw new InvalidOperationException("it broke"));
        Add(schedule, "after", ["wrong"]);
        schedule.Add(Target("slow", []), false, async (_, _, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return Result("slow");
        });
        var e = await Assert.ThrowsAsync<CliException>(() => schedule.RunAsync(TestContext.Current.CancellationToken));
        Assert.Contains("target wrong: it broke", e.Message);
        Assert.Contains("not built: after, slow", e.Message);
    }

    [Fact]
    public async Task With_keep_going_only_what_depends_on_a_failure_is_left_out()
    {
        var schedule = new TargetSchedule(null, keepGoing: true);
        schedule.Add(Target("wrong", []), true, (_, _, _) => throw new InvalidOperationException("it broke"));
        Add(schedule, "after", ["wrong"]);
        Add(schedule, "later", ["after"]);
        Add(schedule, "good", []);
        var e = await Assert.ThrowsAsync<CliException>(() => schedule.RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["good"], _order);
        Assert.Contains("not built: after, later", e.Message);
        Assert.Equal("wrong", Assert.Single(schedule.Failures).Target);
    }

    private void Add(TargetSchedule schedule, string name, string[] links) => schedule.Add(Target(name, links), true, async (_, built, token) =>
    {
        _mostRunning = Math.Max(_mostRunning, Interlocked.Increment(ref _running));
        await Task.Delay(20, token);
        lock (_order)
            _order.Add(name);
        built!(TargetGraphs.None);
        Interlocked.Decrement(ref _running);
        return Result(name);
    });

    private static TargetBuild Target(string name, string[] links) => new(name, new BuildRequest { ContextPath = "." }, links.ToDictionary(link => link), "");

    private static SolveResult Result(string name) => new(name, new Dictionary<string, string>());
}
