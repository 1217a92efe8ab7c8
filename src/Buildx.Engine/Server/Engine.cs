using Buildx.Engine.BuildRecords;
using Buildx.Engine.CacheTransfer;
using Buildx.Engine.ContentHashing;
using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Devices;
using Buildx.Engine.Execution.Emulating;
using Buildx.Engine.Exporting;
using Buildx.Engine.Frontends;
using Buildx.Engine.Operations;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Server.Building;
using Buildx.Engine.Server.Configuration;
using Buildx.Engine.Server.Services;
using Buildx.Engine.Server.Sessions;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources;
using Buildx.Engine.Sources.Git;
using Buildx.Engine.Sources.Http;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Sources.Local;
using Buildx.Engine.Sources.Policies;
using Buildx.Engine.Storage;
using Buildx.Registry;

namespace Buildx.Engine.Server;

/// <summary>All parts of a running engine, put together in one place.</summary>
internal sealed class Engine : IAsyncDisposable
{
    /// <summary>An engine that is about to leave holds its store a little longer than its socket.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(15);

    private readonly IStorage _storage;
    private readonly FileHashCache _hashes;
    private readonly RegistryClient _registries;
    private readonly CachePlaces _caches;
    private readonly ExecEnvironment _exec;
    private readonly HttpSource _downloads;
    private readonly AfterBuilds? _pruning;
    private readonly AfterBuilds _memory;
    private readonly AfterBuilds _garbage;

    private Engine(EngineConfiguration configuration, IStorage storage, ChildCommand helper, TimeProvider time)
    {
        Configuration = configuration;
        _storage = storage;
        Activity = new EngineActivity(time);
        var policies = configuration.GarbageCollection
            ?? ConfigurationReader.DefaultPolicies(ConfigurationReader.DefaultCaps(ConfigurationReader.DiskSize(configuration.Root)));
        _pruning = AutomaticPruning.Start(storage, policies, Activity, time);
        _memory = MemoryRelease.Start(Activity, time);
        _garbage = MemoryRelease.StartCollecting(Activity, time);

        var registry = new RegistryConfiguration { Hosts = configuration.Registries };
        if (configuration.MaximumRegistryConcurrency is { } concurrency)
            registry = registry with { MaxConcurrency = concurrency };
        _registries = new RegistryClient(registry);
        _hashes = new FileHashCache(Path.Combine(configuration.Root, "hashes"), time);
        var hasher = new ContentHasher(_hashes);
        var images = new ImageSource(_registries, storage.Content, storage.Layers, storage.Images);
        var locals = new LocalSource(storage.Directories, storage.Layers, hasher, time);

        _downloads = new HttpSource(storage, new HttpAnswers(Path.Combine(configuration.Root, "downloads")));

        var execution = new ExecutionOptions(Path.Combine(configuration.Root, "runtime"))
        {
            Child = helper,
            Runtime = configuration.RuntimeBinary,
            CgroupParent = configuration.CgroupParent,
            DnsServers = [.. configuration.Dns.Servers],
            DnsSearchDomains = [.. configuration.Dns.SearchDomains],
            DnsOptions = [.. configuration.Dns.Options],
        };
        var emulation = new Emulation(execution);
        var devices = new DeviceCatalog(configuration.Devices);
        _exec = new ExecEnvironment(storage, new RuntimeExecutor(execution, emulation), emulation, devices, hasher, configuration.MaximumParallelism);

        Solver solver = null!;
        var git = new GitSource(storage);
        var descriptions = new SourceDescriptions(images, git, _downloads, storage, time);
        async Task<OutputTree?> SolveGraphAsync(Protocol.Pb.Definition definition, BuildContext build, CancellationToken cancellationToken)
        {
            var allowed = await new SourceDecisions(build.Jobs[0], descriptions).ApplyAsync(definition, [], cancellationToken);
            return await new BuildReference(allowed, build.Jobs[0], solver, cancellationToken).GetTreeAsync(cancellationToken);
        }
        solver = new Solver(
            storage, new OperationFactory(storage, _exec, images, new ImageBlobSource(_registries, storage), locals, git, _downloads, hasher, SolveGraphAsync, time), time);
        var exporters = new ExporterFactory(storage, _registries);
        var worker = new WorkerDescription(WorkerDescription.ReadOrCreateId(configuration.Root), configuration, emulation, devices, policies);
        var frontends = new FrontendCatalog(_exec, worker, configuration.Frontends);
        _caches = new CachePlaces(_registries, time);
        var runner = new BuildRunner(solver, frontends, descriptions, exporters, _caches, storage, emulation, configuration, time);
        var builds = new BuildRegistry();
        History = new BuildHistory(storage, configuration.History, time);
        Control = new ControlService(runner, frontends, builds, new SessionManager(), worker, storage, History, Activity, time);
        Content = new ContentService(storage.Content);
        Bridge = new BridgeService(builds, worker);
    }

    public EngineConfiguration Configuration { get; }

    public EngineActivity Activity { get; }

    public ControlService Control { get; }

    public BridgeService Bridge { get; }

    public ContentService Content { get; }

    public BuildHistory History { get; }

    /// <param name="helper">How the engine starts its own executable as a helper process.</param>
    /// <exception cref="StorageException">Another engine uses the same root, or it can't be used.</exception>
    public static async Task<Engine> OpenAsync(
        EngineConfiguration configuration, ChildCommand helper, TimeProvider time, CancellationToken cancellationToken)
    {
        var storage = await OpenStorageAsync(configuration, time, cancellationToken);
        try
        {
            return new Engine(configuration, storage, helper, time);
        }
        catch
        {
            await storage.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _garbage.DisposeAsync();
        await _memory.DisposeAsync();
        if (_pruning is not null)
            await _pruning.DisposeAsync();
        _exec.Dispose();
        _registries.Dispose();
        _caches.Dispose();
        _downloads.Dispose();
        _hashes.Dispose();
        await _storage.DisposeAsync();
    }

    private static async Task<EngineStorage> OpenStorageAsync(EngineConfiguration configuration, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await EngineStorage.OpenAsync(configuration.Root, new StorageOptions { Time = time }, cancellationToken);
            }
            catch (StorageException e) when (e.IsInUse && time.GetElapsedTime(start) < StorePatience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
            }
        }
    }
}
