using Buildx.Engine.Solving;
using Buildx.Llb;
using static Buildx.Engine.Tests.Solving.SolverFixture;

namespace Buildx.Engine.Tests.Solving;

/// <summary>What is run again and what is not, on a real store.</summary>
public sealed class SolverTests : IAsyncLifetime
{
    private SolverFixture _fixture = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await SolverFixture.CreateAsync();
        _fixture.Write("app/main", "1");
        _fixture.Write("docs/page", "1");
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task The_same_build_again_runs_nothing()
    {
        var (tree, ran) = await _fixture.BuildAsync(Application());
        Assert.Equal(("built=yes src/main=1", "copy /app /src, write /built"), (tree, Names(ran)));

        (tree, ran) = await _fixture.BuildAsync(Application());
        Assert.Equal(("built=yes src/main=1", ""), (tree, Names(ran)));
    }

    [Fact]
    public async Task A_restarted_engine_remembers()
    {
        await _fixture.BuildAsync(Application());
        await _fixture.RestartAsync();
        Assert.Equal(("built=yes src/main=1", ""), Text(await _fixture.BuildAsync(Application())));
    }

    [Fact]
    public async Task A_changed_file_outside_the_copied_path_rebuilds_nothing()
    {
        await _fixture.BuildAsync(Application());
        _fixture.Write("docs/page", "2");
        _fixture.Write("new", "file");
        Assert.Equal(("built=yes src/main=1", ""), Text(await _fixture.BuildAsync(Application())));
    }

    [Fact]
    public async Task A_changed_file_inside_the_copied_path_rebuilds_what_depends_on_it()
    {
        var graph = () => Copy(Copy(null, Local(), "/docs", "/docs"), Application(), "/src", "/src");
        await _fixture.BuildAsync(graph());
        _fixture.Write("app/main", "2");
        Assert.Equal(
            ("docs/page=1 src/main=2", "copy /app /src, write /built, copy /src /src"), Text(await _fixture.BuildAsync(graph())));
    }

    [Fact]
    public async Task A_file_that_is_as_it_was_before_needs_no_third_build()
    {
        await _fixture.BuildAsync(Application());
        _fixture.Write("app/main", "2");
        await _fixture.BuildAsync(Application());
        _fixture.Write("app/main", "1");
        Assert.Equal(("built=yes src/main=1", ""), Text(await _fixture.BuildAsync(Application())));
    }

    [Fact]
    public async Task A_stage_that_was_rebuilt_rebuilds_nothing_when_what_is_copied_from_it_came_out_the_same()
    {
        // The stage has both; the result takes one of them.
        var graph = () => MakeFile(Copy(null, Copy(null, Local(), "/", "/all"), "/all/app", "/app"), "/last", "x");
        await _fixture.BuildAsync(graph());
        _fixture.Write("docs/page", "2");
        Assert.Equal(("app/main=1 last=x", "copy / /all"), Text(await _fixture.BuildAsync(graph())));
    }

    [Fact]
    public async Task What_was_pruned_is_found_by_what_depends_on_it_and_made_again_when_needed()
    {
        VertexResult before;
        await using (var job = _fixture.StartJob())
            before = await _fixture.SolveAsync(Application(), job, Token);
        await _fixture.PruneAsync();
        Assert.False(before.IsAvailable);

        _fixture.Operations.Forget();
        await using var again = _fixture.StartJob();
        var graph = LlbGraph.Read(LlbDefinition.Write(Application()));
        var found = await _fixture.Solver.ResolveAsync(graph.Output!.Vertex, again, Token);
        Assert.Equal((before.Id, ""), (found.Id, Names(_fixture.Operations.Ran)));

        var result = await _fixture.SolveAsync(Application(), again, Token);
        Assert.Equal((before.Id, "copy /app /src, write /built"), (result.Id, Names(_fixture.Operations.Ran)));
        Assert.Equal("built=yes src/main=1", await _fixture.ReadAsync(result));
    }

    [Fact]
    public async Task What_a_running_build_needs_is_not_pruned()
    {
        await using var job = _fixture.StartJob();
        var result = await _fixture.SolveAsync(Application(), job, Token);
        await _fixture.PruneAsync();
        Assert.True(result.IsAvailable);
        Assert.Equal("built=yes src/main=1", await _fixture.ReadAsync(result));
    }

    [Fact]
    public async Task A_step_that_ignores_the_cache_runs_in_every_build_and_once_in_each()
    {
        var graph = () =>
        {
            var fresh = MakeFile(null, "/fresh", "x", ignoreCache: true);
            return new LlbFile(Copy(fresh, Local(), "/app", "/app")).Copy(fresh, "/fresh", "/again").ToOutput(new VertexOptions { Name = "last" });
        };
        Assert.Equal("write /fresh, copy /app /app, last", Names((await _fixture.BuildAsync(graph())).Ran));
        var (tree, ran) = await _fixture.BuildAsync(graph());
        Assert.Equal(("again=x app/main=1 fresh=x", "write /fresh, copy /app /app, last"), (tree, Names(ran)));
        // Without being asked to ignore it, the newest is used.
        Assert.Equal(("fresh=x", ""), Text(await _fixture.BuildAsync(MakeFile(null, "/fresh", "x"))));
    }

    [Fact]
    public async Task Builds_that_run_at_the_same_time_share_their_work()
    {
        var gate = new TaskCompletionSource();
        _fixture.Operations.Before = (_, token) => gate.Task.WaitAsync(token);
        var jobs = Enumerable.Range(0, 5).Select(_ => _fixture.StartJob()).ToArray();
        var builds = jobs.Select(job => _fixture.SolveAsync(Application(), job, Token)).ToArray();
        await UntilAsync(() => _fixture.Operations.Ran.Length == 1);
        gate.SetResult();
        var results = await Task.WhenAll(builds);

        Assert.Equal("copy /app /src, write /built", Names(_fixture.Operations.Ran));
        Assert.Single(results.Select(result => result.Id).Distinct());
        foreach (var job in jobs)
            await job.DisposeAsync();
    }

    [Fact]
    public async Task Cancelling_one_build_leaves_the_other_running()
    {
        var gate = new TaskCompletionSource();
        var stopped = false;
        _fixture.Operations.Before = async (_, token) =>
        {
            await using var registration = token.Register(() => stopped = true);
            await gate.Task.WaitAsync(token);
        };
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var first = _fixture.StartJob();
        await using var second = _fixture.StartJob();
        var cancelled = _fixture.SolveAsync(Application(), first, leaving.Token);
        await UntilAsync(() => _fixture.Operations.Ran.Length == 1);
        var going = _fixture.SolveAsync(Application(), second, Token);
        await StartedAsync(second, "copy /app /src");

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        gate.SetResult();
        Assert.Equal("built=yes src/main=1", await _fixture.ReadAsync(await going));
        Assert.False(stopped);
        Assert.Equal("copy /app /src, write /built", Names(_fixture.Operations.Ran));
    }

    [Fact]
    public async Task A_cancelled_build_stops_its_step_and_stores_nothing()
    {
        var ended = false;
        var reached = new TaskCompletionSource();
        _fixture.Operations.After = async (_, token) =>
        {
            reached.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                ended = true;
            }
        };
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using (var job = _fixture.StartJob())
        {
            var build = _fixture.SolveAsync(Application(), job, leaving.Token);
            await reached.Task.WaitAsync(Token);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
        }
        Assert.True(ended);

        _fixture.Operations.After = (_, _) => Task.CompletedTask;
        Assert.Equal(("built=yes src/main=1", "copy /app /src, write /built"), Text(await _fixture.BuildAsync(Application())));
    }

    [Fact]
    public async Task A_step_that_fails_is_named_and_tried_again_by_the_next_build()
    {
        _fixture.Operations.Before = (_, _) => throw new IOException("the disk is full");
        var failure = await Assert.ThrowsAsync<VertexException>(() => _fixture.BuildAsync(Application()));
        Assert.Equal(("copy /app /src", "the disk is full"), (failure.Vertex.Name, failure.Message));

        _fixture.Operations.Before = (_, _) => Task.CompletedTask;
        Assert.Equal(("built=yes src/main=1", "copy /app /src, write /built"), Text(await _fixture.BuildAsync(Application())));
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_copied_is_copied_again()
    {
        var turn = 0;
        _fixture.Operations.After = (_, _) =>
        {
            if (turn++ == 0)
                _fixture.Write("app/main", "changed meanwhile");
            return Task.CompletedTask;
        };
        Assert.Equal("built=yes src/main=changed meanwhile", (await _fixture.BuildAsync(Application())).Tree);

        // Nothing of the first turn is remembered as the result of what there was.
        _fixture.Write("app/main", "1");
        Assert.Equal("built=yes src/main=1", (await _fixture.BuildAsync(Application())).Tree);
        _fixture.Write("app/main", "changed meanwhile");
        Assert.Equal("built=yes src/main=changed meanwhile", (await _fixture.BuildAsync(Application())).Tree);
    }

    [Theory]
    [InlineData("main", "other")]
    [InlineData("lib/one", "lib/two")]
    public async Task Files_that_come_and_go_before_they_are_copied_are_looked_for_again(string gone, string come)
    {
        _fixture.Write("app/lib/one", "1");
        var turn = 0;
        // What was found when the context was opened is what is copied, unless it is not so any more.
        _fixture.Operations.Before = (name, _) =>
        {
            if (name == "copy /app /src" && turn++ == 0)
                File.Move($"{_fixture.Context}/app/{gone}", $"{_fixture.Context}/app/{come}");
            return Task.CompletedTask;
        };
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["lib/one"] = "1", ["main"] = "1" };
        files[come] = files[gone];
        files.Remove(gone);
        var expected = "built=yes " + string.Join(' ', files.Select(file => $"src/{file.Key}={file.Value}"));
        Assert.Equal(expected, (await _fixture.BuildAsync(Application())).Tree);

        // Both states are known by what they are.
        Assert.Equal((expected, ""), Text(await _fixture.BuildAsync(Application())));
        File.Move($"{_fixture.Context}/app/{come}", $"{_fixture.Context}/app/{gone}");
        Assert.Equal("built=yes src/lib/one=1 src/main=1", (await _fixture.BuildAsync(Application())).Tree);
    }

    [Fact]
    public async Task What_is_made_again_is_never_of_other_files_than_before()
    {
        await _fixture.BuildAsync(Application());
        await _fixture.PruneAsync();
        _fixture.Operations.After = (name, _) =>
        {
            if (name == "copy /app /src")
                _fixture.Write("app/main", "changed meanwhile");
            return Task.CompletedTask;
        };
        var failure = await Assert.ThrowsAsync<VertexException>(() => _fixture.BuildAsync(Application()));
        Assert.Contains("changed while they were read", failure.Message, StringComparison.Ordinal);

        _fixture.Operations.After = (_, _) => Task.CompletedTask;
        Assert.Equal("built=yes src/main=changed meanwhile", (await _fixture.BuildAsync(Application())).Tree);
        _fixture.Write("app/main", "1");
        Assert.Equal("built=yes src/main=1", (await _fixture.BuildAsync(Application())).Tree);
    }

    [Fact]
    public async Task Builds_that_need_the_same_pruned_result_make_it_again_once()
    {
        await _fixture.BuildAsync(Application());
        await _fixture.PruneAsync();
        _fixture.Operations.Forget();
        _fixture.Operations.Before = (_, token) => Task.Delay(50, token);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var job = _fixture.StartJob();
            Assert.Equal("built=yes src/main=1", await _fixture.ReadAsync(await _fixture.SolveAsync(Application(), job, Token)));
        }));
        Assert.Equal("copy /app /src, write /built", Names(_fixture.Operations.Ran));
    }

    [Fact]
    public async Task A_step_with_rights_that_the_build_was_not_given_is_refused()
    {
        var step = LlbExec.Create(
            new ExecSpecification { Root = Application(), Arguments = ["true"], Network = Protocol.Pb.NetMode.Host },
            new VertexOptions { Platform = new Oci.Platform("linux", "amd64") });
        var graph = LlbGraph.Read(LlbDefinition.Write(step));
        await using var job = _fixture.StartJob();
        var refused = Assert.Throws<VertexException>(() => EntitlementCheck.Require(graph, job.Entitlements));
        Assert.Contains("--allow network.host", refused.Message, StringComparison.Ordinal);
        EntitlementCheck.Require(graph, Entitlements.Parse(["network.host"]));
    }

    /// <summary>Copies <c>/app</c> of the context, then does something with it.</summary>
    private static LlbOutput Application() => MakeFile(Copy(null, Local(), "/app", "/src"), "/built", "yes");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Names(string[] ran) => string.Join(", ", ran);

    private static (string, string) Text((string Tree, string[] Ran) build) => (build.Tree, Names(build.Ran));

    private static async Task StartedAsync(BuildJob job, string name)
    {
        await foreach (var change in job.Progress.ReadAsync(Token))
        {
            if (change.Vertexes.Any(vertex => vertex.Name == name && vertex.Started is not null))
                return;
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(5, Token);
    }
}
