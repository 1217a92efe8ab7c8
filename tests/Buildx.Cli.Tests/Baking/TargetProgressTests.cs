using Buildx.Cli.Baking;
using Buildx.Client;
using Buildx.Client.Progress;

namespace Buildx.Cli.Tests.Baking;

public sealed class TargetProgressTests : IProgressSink
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private readonly List<VertexState> _reported = [];
    private readonly List<TransferState> _transfers = [];

    void IProgressSink.Report(SolveStatus status)
    {
        _reported.AddRange(status.Vertexes);
        _transfers.AddRange(status.Statuses);
    }

    [Fact]
    public void A_step_of_several_targets_keeps_the_name_and_the_end_that_it_had_first()
    {
        var (steps, directories) = (new SharedSteps(), new SharedDirectories());
        var (one, two) = (new TargetProgress("one", steps, directories, this), new TargetProgress("two", steps, directories, this));
        var step = new VertexState("sha256:1", "[stage 1/2] RUN true");
        one.Report(new SolveStatus { Vertexes = [step with { Started = Now }] });
        two.Report(new SolveStatus { Vertexes = [step with { Started = Now }] });
        one.Report(new SolveStatus { Vertexes = [step with { Started = Now, Completed = Now.AddSeconds(1) }] });
        two.Report(new SolveStatus { Vertexes = [step with { Started = Now.AddSeconds(2), Completed = Now.AddSeconds(2), IsCached = true }] });

        Assert.Equal(["[one stage 1/2] RUN true", "[one stage 1/2] RUN true", "[one stage 1/2] RUN true"], _reported.Select(vertex => vertex.Name));
        Assert.DoesNotContain(_reported, vertex => vertex.IsCached);
    }

    [Fact]
    public void Directories_are_called_as_the_user_knows_them()
    {
        var directories = new SharedDirectories();
        var directory = Path.Combine(Environment.CurrentDirectory, "app");
        var key = directories.Add(new SolveOptions { LocalDirectories = new Dictionary<string, string> { ["context"] = directory } }).FrontendAttributes["contextkey"];

        new TargetProgress("one", new SharedSteps(), directories, this).Report(new SolveStatus { Statuses = [new TransferState($"transferring {key}:", "sha256:1") { Name = $"transferring {key}:" }] });

        Assert.Equal("transferring app:", _transfers.Single().Name);
    }
}
