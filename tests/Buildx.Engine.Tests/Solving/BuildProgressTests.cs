using Buildx.Engine.Solving;
using Buildx.Protocol.ControlApi;

namespace Buildx.Engine.Tests.Solving;

public sealed class BuildProgressTests
{
    [Fact]
    public async Task A_watcher_who_comes_late_reads_from_the_beginning()
    {
        var build = new BuildProgress();
        var vertex = new VertexProgress("sha256:1", "RUN true", [], null, TimeProvider.System);
        vertex.Attach(build);
        vertex.Start();
        vertex.Write(1, "hello"u8);
        vertex.Complete();
        build.Complete();

        var all = await ReadAllAsync(build);

        Assert.Contains(all.Logs, log => log.Msg.ToStringUtf8() == "hello");
        Assert.NotNull(all.Vertexes[^1].Completed);
    }

    [Fact]
    public async Task A_build_that_joins_a_running_step_hears_what_it_missed()
    {
        var vertex = new VertexProgress("sha256:1", "RUN true", [], null, TimeProvider.System);
        vertex.Start();
        vertex.Write(1, "early"u8);
        var build = new BuildProgress();
        vertex.Attach(build);
        vertex.Complete();
        build.Complete();

        var all = await ReadAllAsync(build);

        Assert.Equal("early", Assert.Single(all.Logs).Msg.ToStringUtf8());
    }

    [Fact]
    public async Task Work_that_two_graphs_name_differently_shows_under_both_names()
    {
        var worker = new VertexProgress("sha256:1", "one", [], null, TimeProvider.System);
        var joiner = new VertexProgress("sha256:2", "two", [], null, TimeProvider.System);
        var build = new BuildProgress();
        joiner.Attach(build);
        worker.Start();
        worker.MirrorTo(joiner);
        worker.Write(2, "shared"u8);
        worker.Complete();
        build.Complete();

        var all = await ReadAllAsync(build);

        Assert.All(all.Vertexes, vertex => Assert.Equal("two", vertex.Name));
        Assert.Equal("sha256:2", Assert.Single(all.Logs).Vertex);
        Assert.NotNull(all.Vertexes[^1].Completed);
    }

    [Fact]
    public async Task A_step_that_writes_without_end_is_clipped_and_says_so()
    {
        var build = new BuildProgress();
        var vertex = new VertexProgress("sha256:1", "RUN yes", [], null, TimeProvider.System);
        vertex.Attach(build);
        var chunk = new byte[64 << 10];
        for (var i = 0; i < 100; i++)
            vertex.Write(1, chunk);
        build.Complete();

        var all = await ReadAllAsync(build);

        Assert.InRange(all.Logs.Sum(log => (long)log.Msg.Length), 1 << 20, 3 << 20);
        Assert.Contains(all.Logs, log => log.Msg.ToStringUtf8().Contains("output clipped", StringComparison.Ordinal));
    }

    private static async Task<StatusResponse> ReadAllAsync(BuildProgress build)
    {
        var all = new StatusResponse();
        await foreach (var change in build.ReadAsync(TestContext.Current.CancellationToken))
            all.MergeFrom(change);
        return all;
    }
}
