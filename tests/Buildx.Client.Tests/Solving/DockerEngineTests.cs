using Buildx.Client.Progress;
using Buildx.TestSupport;

namespace Buildx.Client.Tests.Solving;

/// <summary>Against the BuildKit inside a real Docker Engine.</summary>
public sealed class DockerEngineTests : IAsyncLifetime
{
    private DockerDaemon _docker = null!;
    private BuildkitClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _docker = await DockerDaemon.StartAsync(cancellationToken: Token);
        _client = await BuildkitClient.ConnectAsync(DockerConnector.ForSocket(_docker.SocketPath), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(_docker.Log);
        await _docker.DisposeAsync();
    }

    [Fact]
    public async Task A_build_sends_its_context_and_brings_its_result_back()
    {
        using var context = new TemporaryDirectory();
        context.Write("Dockerfile", "FROM scratch\nCOPY a /\nCOPY dir /dir\n");
        context.Write("a", "content of a");
        context.Write("ignored", new string('x', 100_000));
        context.Write(".dockerignore", "ignored\n");
        for (var i = 0; i < 500; i++)
            context.Write($"dir/ä{i}", $"{i}");
        using var output = new TemporaryDirectory();
        var text = new StringWriter();
        using (var display = ProgressDisplay.Create(ProgressMode.Plain, text, null))
        {
            await _client.SolveAsync(
                Build(context) with { Exports = [new ExportOptions("local") { Destination = new DirectoryDestination(output.Path) }] },
                display,
                Token);
        }
        Assert.Equal("content of a", await File.ReadAllTextAsync(Path.Combine(output.Path, "a"), Token));
        Assert.Equal(500, Directory.GetFiles(Path.Combine(output.Path, "dir")).Length);
        Assert.Contains("[1/2] COPY a /", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("transferring context:", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("DONE", text.ToString(), StringComparison.Ordinal);

        var tar = Path.Combine(output.Path, "out.tar");
        await _client.SolveAsync(
            Build(context) with { Exports = [new ExportOptions("tar") { Destination = FileDestination.ForPath(tar) }] }, null, Token);
        Assert.Contains("dir/", await Tool.RunAsync("tar", "-tf", tar), StringComparison.Ordinal);

        Assert.NotEmpty(await _client.GetDiskUsageAsync(cancellationToken: Token));
        var pruned = new List<CacheUsage>();
        await foreach (var record in _client.PruneAsync(new PruneOptions { All = true }, Token))
            pruned.Add(record);
        Assert.NotEmpty(pruned);
    }

    [Fact]
    public async Task A_failing_build_shows_the_place_in_the_Dockerfile()
    {
        using var context = new TemporaryDirectory();
        context.Write("Dockerfile", "FROM scratch\n\nCOPY missing /\n");
        var failure = await Assert.ThrowsAsync<SolveException>(() => _client.SolveAsync(Build(context), null, Token));
        var report = new StringWriter();
        FailureReport.WriteError(report, failure);
        Assert.Contains("Dockerfile:3\n--------------------\n", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("   3 | >>> COPY missing /\n", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("ERROR: failed to build: failed to solve: ", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"/missing\": not found", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_build_ends_soon()
    {
        using var context = new TemporaryDirectory();
        context.Write("Dockerfile", "FROM scratch\nCOPY . /\n");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.SolveAsync(Build(context), null, stop.Token));
        // The client is still of use.
        Assert.NotEmpty(await _client.GetWorkersAsync(Token));
    }

    private static SolveOptions Build(TemporaryDirectory context) => new()
    {
        Frontend = "dockerfile.v0",
        LocalDirectories = new Dictionary<string, string> { ["context"] = context.Path, ["dockerfile"] = context.Path },
    };
}
