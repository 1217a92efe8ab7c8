using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Buildx.Client;
using Buildx.EndToEnd.Tests.Graphs;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Buildx.TestSupport;
using Platform = Buildx.Oci.Platform;

namespace Buildx.EndToEnd.Tests;

/// <summary>
/// Many small builds of eight clients at once, a tenth of which are cancelled or whose client is killed: the engine is afterwards
/// as it was before.
/// </summary>
public sealed class SoakTests(BaseImageRegistry bases, ITestOutputHelper output)
{
    private const int Clients = 8;
    private const int WarmUp = 100;
    private const int Parts = 5;

    /// <summary>How many; 1,000 on demand with BUILDX_SOAK_BUILDS.</summary>
    private static readonly int Builds =
        int.TryParse(Environment.GetEnvironmentVariable("BUILDX_SOAK_BUILDS"), CultureInfo.InvariantCulture, out var builds) ? builds : 120;

    private static readonly VertexOptions Native = new() { Platform = Platform.Host };

    [Fact]
    public async Task Builds_that_end_in_any_way_leave_nothing_behind()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var debug = new TemporaryDirectory();
        await using var place = await Workplace.CreateAsync(bases, $"[grpc]\n  debugAddress = \"unix://{debug.Path}/debug.sock\"\n");
        place.Write("Dockerfile", "FROM busybox:1.36\nARG N\nRUN sleep 0.$N; echo $N > /n\n");
        await using var client = await EngineClient.ConnectAsync(place);
        // So that the engine has its helpers, its base image and its compiled profile.
        await RunAsync(client, place, Enumerable.Range(0, WarmUp), cancellationToken);
        var engine = place.EngineId();
        var measures = new List<Measures> { await MeasureAsync(engine, place, debug, cancellationToken) };
        var heap = await HeapAsync(debug);
        var ended = (Right: 0, Cancelled: 0, Killed: 0);
        foreach (var numbers in Enumerable.Range(WarmUp, Builds).Chunk((Builds + Parts - 1) / Parts))
        {
            var part = await RunAsync(client, place, numbers, cancellationToken);
            ended = (ended.Right + part.Right, ended.Cancelled + part.Cancelled, ended.Killed + part.Killed);
            measures.Add(await MeasureAsync(engine, place, debug, cancellationToken));
        }

        var (before, after) = (measures[0], measures[^1]);
        output.WriteLine($"{ended.Right} right, {ended.Cancelled} cancelled, {ended.Killed} killed\n{string.Join('\n', measures)}\nmore files open: {after.MoreThan(before)}");
        output.WriteLine(await AskAsync(debug, "debug/vars"));
        var grown = await HeapAsync(debug) - heap;
        Assert.Equal(Builds, ended.Right + ended.Cancelled + ended.Killed);
        Assert.True(ended.Cancelled + ended.Killed >= Builds / 20, "too few were cancelled");
        Assert.Equal((before.Processes, before.Mounts), (after.Processes, after.Mounts));
        // Some things are opened when they are first needed; none are with every build.
        Assert.InRange(after.Descriptors, 0, before.Descriptors + 20);
        Assert.Equal([place.Path + "/state/test/engine.lock"], after.Locked.Where(file => file.StartsWith(place.Path, StringComparison.Ordinal)).Distinct());
        // Flat after the first hundred: what comes and goes with builds that run is gone when it is measured.
        const long mebibyte = 1 << 20;
        Assert.All(measures, measure => Assert.InRange(measure.Memory, 0, before.Memory + (16 * mebibyte)));
        // Objects that outlive their builds show here first.
        Assert.InRange(grown, long.MinValue, 3 * mebibyte);
        Assert.Empty(Directory.GetFileSystemEntries(place.Path + "/state/test/mounts"));
        Assert.Empty(Directory.GetFileSystemEntries(place.Path + "/state/test/tmp"));
        await CheckUsageAsync(client, place, cancellationToken);

        // Nothing is held any more: all of it can go.
        await foreach (var _ in client.PruneAsync(new PruneOptions { All = true }, cancellationToken))
        {
        }
        Assert.Empty(await client.GetDiskUsageAsync(cancellationToken: cancellationToken));
    }

    private static async Task<(int Right, int Cancelled, int Killed)> RunAsync(
        BuildkitClient shared, Workplace place, IEnumerable<int> numbers, CancellationToken cancellationToken)
    {
        var (right, cancelled, killed) = (0, 0, 0);
        var queue = new System.Collections.Concurrent.ConcurrentQueue<int>(numbers);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(worker => Task.Run(
            async () =>
            {
                await using var client = worker == 0 ? null : await EngineClient.ConnectAsync(place);
                while (queue.TryDequeue(out var number))
                {
                    switch (number % 20)
                    {
                        case 7:
                            Interlocked.Add(ref cancelled, await CancelAsync(client ?? shared, number, cancellationToken) ? 1 : 0);
                            break;
                        case 13:
                            await KillAsync(place, number, cancellationToken);
                            Interlocked.Increment(ref killed);
                            break;
                        default:
                            await BuildAsync(client ?? shared, place, number, cancellationToken);
                            Interlocked.Increment(ref right);
                            break;
                    }
                }
            },
            cancellationToken)));
        return (right, cancelled, killed);
    }

    /// <summary>A few steps that others share and one that nobody does, with a local source and a file as the result.</summary>
    private static async Task BuildAsync(BuildkitClient client, Workplace place, int number, CancellationToken cancellationToken)
    {
        var archive = $"{place.Path}/soak-{number}.tar";
        await client.SolveAsync(
            new SolveOptions
            {
                Definition = LlbDefinition.Write(Graph(number, "true")),
                LocalDirectories = new Dictionary<string, string> { ["project"] = place.Project },
                Exports = [new ExportOptions("tar") { Destination = FileDestination.ForPath(archive) }],
            },
            cancellationToken: cancellationToken);
        var tree = TarTree.Read(archive);
        Assert.Equal($"{number}\n", tree.Text("n"));
        Assert.Equal($"{number % 5}\n", tree.Text("shared"));
        File.Delete(archive);
    }

    /// <returns>True: it was cancelled.</returns>
    private static async Task<bool> CancelAsync(BuildkitClient client, int number, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(TimeSpan.FromMilliseconds(number % 500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.SolveAsync(new SolveOptions { Definition = LlbDefinition.Write(Graph(number, "sleep 86391", withSource: false)) }, cancellationToken: stop.Token));
        return true;
    }

    /// <summary>The command line, with <c>SIGKILL</c> after a moment.</summary>
    private static async Task KillAsync(Workplace place, int number, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Repository.Executable, ["build", "--progress=plain", "--build-arg", $"N={number}", place.Project])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in place.Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await Task.Delay(TimeSpan.FromMilliseconds(100 + (number % 700)), cancellationToken);
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
    }

    private static LlbOutput Graph(int number, string more, bool withSource = true)
    {
        var busybox = LlbSource.Image(ImageReference.Parse("busybox:1.36"), Native);
        LlbOutput Run(string command, params ExecMount[] mounts) => LlbExec.MountOutput(
            LlbExec.Create(
                new ExecSpecification
                {
                    Root = busybox,
                    Arguments = ["/bin/sh", "-c", command],
                    Environment = ["PATH=/bin"],
                    Mounts = [new ExecMount.Bind("/out", null), new ExecMount.Cache("/cache", $"cache-{number % 3}", CacheSharingOpt.Locked), .. mounts],
                },
                Native),
            "/out");
        var shared = Run($"echo {number % 5} > /out/shared");
        var own = Run($"{more}; echo {number} > /out/n; echo {number} >> /cache/all");
        if (!withSource)
            return LlbMerge.Create([shared, own], VertexOptions.None)!;
        var local = LlbSource.Local("project", VertexOptions.None, new LocalSourceOptions { IncludePatterns = ["Dockerfile"], SharedKeyHint = "soak" });
        var copied = new LlbFile(own).Copy(local, "/Dockerfile", "/").ToOutput(VertexOptions.None);
        return LlbMerge.Create([shared, copied], VertexOptions.None)!;
    }

    private static Task<string> AskAsync(TemporaryDirectory debug, string page) =>
        Tool.RunAsync("curl", "-fsS", "--unix-socket", debug.Path + "/debug.sock", $"http://engine/{page}");

    /// <summary>Bytes of managed objects after the last collection.</summary>
    private static async Task<long> HeapAsync(TemporaryDirectory debug) =>
        JsonDocument.Parse(await AskAsync(debug, "debug/vars")).RootElement.GetProperty("dotnet_gc_heap_size_bytes").GetInt64();

    private static async Task<Measures> MeasureAsync(int engine, Workplace place, TemporaryDirectory debug, CancellationToken cancellationToken)
    {
        Measures? last = null;
        // What a killed client has left is noticed a moment later.
        for (var i = 0; i < 20; i++)
        {
            await AskAsync(debug, "debug/gc");
            var now = Measures.Of(engine, place.Path);
            if (last is not null && (now.Processes, now.Mounts, now.Descriptors) == (last.Processes, last.Mounts, last.Descriptors) && i > 3)
                return now;
            last = now;
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        }
        return last!;
    }

    /// <summary>What <c>du</c> tells is what the disk has.</summary>
    private static async Task CheckUsageAsync(BuildkitClient client, Workplace place, CancellationToken cancellationToken)
    {
        var records = await client.GetDiskUsageAsync(cancellationToken: cancellationToken);
        Assert.DoesNotContain(records, record => record.IsInUse);
        var told = records.Sum(record => record.Size);
        var state = place.Path + "/state/test";
        var (output, _) = (await new Tool("du").SucceedAsync("-sk", "--apparent-size", state + "/layers", state + "/directories", state + "/content"), 0);
        var disk = output.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(line => long.Parse(line.Split('\t')[0], CultureInfo.InvariantCulture)) << 10;
        // Directories and small files are told as what they hold, and take up whole blocks.
        Assert.True(told > disk / 4 && told < disk * 2, $"du tells {told} bytes, the disk has {disk}");
    }
}
