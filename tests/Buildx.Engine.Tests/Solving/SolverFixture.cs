using Buildx.Engine.ContentHashing;
using Buildx.Engine.Operations;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Git;
using Buildx.Engine.Sources.Http;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Sources.Local;
using Buildx.Engine.Storage;
using Buildx.Engine.Tests.Sources.Local;
using Buildx.Engine.Tests.Storage;
using Buildx.Llb;
using Buildx.Registry;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Solving;

/// <summary>A solver with the real operations on a real store, and a client's directory as the context of its builds.</summary>
internal sealed class SolverFixture : IAsyncDisposable
{
    private readonly StorageFixture _storage;
    private readonly TemporaryDirectory _context = new();
    private readonly FileHashCache _hashes = new(null);
    private readonly RegistryClient _registries = new(new RegistryConfiguration());
    private int _builds;
    private TestSession? _session;
    private ExecEnvironment _exec = null!;
    private HttpSource _downloads = null!;

    private SolverFixture(StorageFixture storage) => _storage = storage;

    public Solver Solver { get; private set; } = null!;

    public WatchedOperations Operations { get; private set; } = null!;

    public string Context => _context.Path;

    public IStorage Store => _storage.Store;

    public static async Task<SolverFixture> CreateAsync()
    {
        var fixture = new SolverFixture(await StorageFixture.CreateAsync());
        fixture.Start();
        return fixture;
    }

    /// <summary>Closes everything and starts on the same store again, as an engine that was restarted.</summary>
    public async Task RestartAsync()
    {
        _exec.Dispose();
        _downloads.Dispose();
        await _storage.ReopenAsync();
        Start();
    }

    public void Write(string name, string content) => _context.Write(name, content);

    /// <summary>The context as a vertex. Every build has its own, as with a client that does not know its session yet.</summary>
    public static LlbOutput Local(params string[] exclude) =>
        LlbSource.Local("context", VertexOptions.None, new LocalSourceOptions { ExcludePatterns = exclude });

    public static LlbOutput Copy(LlbOutput? target, LlbOutput source, string from, string to, bool ignoreCache = false) =>
        new LlbFile(target).Copy(source, from, to, new Buildx.Llb.CopyOptions { CreateDestination = true, DirectoryContentsOnly = true })
            .ToOutput(new VertexOptions { Name = $"copy {from} {to}", IgnoreCache = ignoreCache });

    public static LlbOutput MakeFile(LlbOutput? target, string path, string content, bool ignoreCache = false) =>
        new LlbFile(target).MakeFile(path, 0b110_100_100, System.Text.Encoding.UTF8.GetBytes(content))
            .ToOutput(new VertexOptions { Name = $"write {path}", IgnoreCache = ignoreCache });

    public BuildJob StartJob() => new($"build-{Interlocked.Increment(ref _builds)}", Session, Store.Lease(), Entitlements.None);

    /// <summary>One build from beginning to end.</summary>
    /// <returns>The tree as text, and the names of the steps that ran.</returns>
    public async Task<(string Tree, string[] Ran)> BuildAsync(LlbOutput output)
    {
        Operations.Forget();
        await using var job = StartJob();
        var result = await SolveAsync(output, job, TestContext.Current.CancellationToken);
        return (await ReadAsync(result, output.Index), Operations.Ran);
    }

    /// <summary>Resolves a graph as a build does, with its trees at hand.</summary>
    public async Task<VertexResult> SolveAsync(LlbOutput output, BuildJob job, CancellationToken cancellationToken)
    {
        var graph = LlbGraph.Read(LlbDefinition.Write(output));
        var result = await Solver.ResolveAsync(graph.Output!.Vertex, job, cancellationToken);
        var build = new BuildContext();
        build.Join(job);
        await Solver.EnsurePresentAsync(result, build, cancellationToken);
        job.Protect(result);
        return result;
    }

    public async Task<string> ReadAsync(VertexResult result, int index = 0)
    {
        var snapshot = await result.Outputs[index]!.GetSnapshotAsync(TestContext.Current.CancellationToken);
        await using var mounted = await Store.Layers.MountAsync(snapshot, null, TestContext.Current.CancellationToken);
        var files = Directory.EnumerateFiles(mounted.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        return string.Join(' ', files.Select(file => $"{Path.GetRelativePath(mounted.Path, file)}={File.ReadAllText(file)}"));
    }

    public Task PruneAsync() => Store.PruneAsync([new PrunePolicy(UsageFilter.None, All: true)], _ => { }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
            await _session.DisposeAsync();
        _exec.Dispose();
        _downloads.Dispose();
        _registries.Dispose();
        _hashes.Dispose();
        await _storage.DisposeAsync();
        _context.Dispose();
    }

    public TestSession Session => _session ??= new TestSession(Context, offers: true);

    private void Start()
    {
        _downloads = new HttpSource(Store, new HttpAnswers(Path.Combine(_storage.Root, "downloads")));
        var hasher = new ContentHasher(_hashes);
        // Nothing here runs a command.
        _exec = new ExecEnvironment(Store, null!, null!, null!, hasher, null);
        Operations = new WatchedOperations(new OperationFactory(
            Store, _exec, new ImageSource(_registries, Store.Content, Store.Layers, Store.Images), new ImageBlobSource(_registries, Store), new LocalSource(Store.Directories, Store.Layers, hasher, TimeProvider.System),
            new GitSource(Store), _downloads, hasher,
            (_, _, _) => throw new NotSupportedException("graphs in graphs are not tested here"), TimeProvider.System));
        Solver = new Solver(Store, Operations, TimeProvider.System);
    }
}
