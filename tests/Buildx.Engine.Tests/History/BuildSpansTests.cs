using Buildx.Engine.BuildRecords;
using Buildx.Protocol.ControlApi;
using Google.Protobuf;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Buildx.Engine.Tests.History;

public sealed class BuildSpansTests
{
    [Fact]
    public void A_step_is_a_span_for_each_time_it_ran_and_its_parts_belong_to_the_run_they_began_in()
    {
        var spans = Read(
            new StatusResponse { Vertexes = { Step("a", "step", 1, null) } },
            new StatusResponse { Vertexes = { Step("a", "step", 1, 2) }, Statuses = { Part("a", "first part", 1, 2) } },
            new StatusResponse { Vertexes = { Step("a", "step", 5, null) }, Statuses = { Part("a", "second part", 6, null) } },
            new StatusResponse { Vertexes = { Step("a", "step", 5, 8) } });

        Assert.Equal(["build", "step", "first part", "step", "second part"], spans.Select(span => span.Name));
        Assert.Equal([0, 1, 1, 5, 6], spans.Select(span => Seconds(span.Start)));
        Assert.Equal([10, 2, 2, 8, 8], spans.Select(span => Seconds(span.End)));
        Assert.Equal(["", spans[0].Id, spans[1].Id, spans[0].Id, spans[3].Id], spans.Select(span => span.Parent));
        Assert.Equal(5, spans.Select(span => span.Id).Distinct().Count());
    }

    [Fact]
    public void What_never_ended_ends_with_the_build_and_what_never_began_is_no_span()
    {
        var spans = Read(new StatusResponse { Vertexes = { Step("a", "cancelled", 3, null), new Vertex { Digest = "b", Name = "never" } } });

        Assert.Equal(["build", "cancelled"], spans.Select(span => span.Name));
        Assert.Equal(10, Seconds(spans[1].End));
    }

    [Fact]
    public void A_step_tells_what_it_waited_for_how_it_failed_and_what_it_warned_of()
    {
        var failed = Step("b", "failed", 2, 3);
        failed.Error = "exit code: 2";
        failed.Inputs.AddRange(["a", "unknown"]);
        var spans = Read(
            new StatusResponse { Vertexes = { Step("a", "before", 1, 2), failed } },
            new StatusResponse
            {
                Logs = { new VertexLog { Vertex = "b", Msg = ByteString.CopyFromUtf8("12345") } },
                Warnings = { new VertexWarning { Vertex = "b", Short = ByteString.CopyFromUtf8("Rule: take care") } },
            });

        Assert.Equal([spans[1].Id], spans[2].Links);
        Assert.Equal("exit code: 2", spans[2].Error);
        Assert.Equal("Rule: take care", Assert.Single(spans[2].Warnings).Message);
        Assert.Contains(("log.bytes", (object)5L), spans[2].Attributes);
        Assert.Empty(spans[1].Error);
    }

    private static IReadOnlyList<BuildSpan> Read(params StatusResponse[] log)
    {
        var spans = new BuildSpans(new BuildHistoryRecord { Ref = "abc", CreatedAt = Time(0), CompletedAt = Time(10) });
        foreach (var change in log)
            spans.Add(change);
        return spans.Finish();
    }

    private static Vertex Step(string digest, string name, int started, int? completed) =>
        new() { Digest = digest, Name = name, Started = Time(started), Completed = completed is { } end ? Time(end) : null };

    private static VertexStatus Part(string vertex, string id, int started, int? completed) =>
        new() { Vertex = vertex, ID = id, Started = Time(started), Completed = completed is { } end ? Time(end) : null };

    private static Timestamp Time(int seconds) => new() { Seconds = 1_000_000_000 + seconds };

    private static int Seconds(DateTimeOffset time) => (int)(time.ToUnixTimeSeconds() - 1_000_000_000);
}
