using Buildx.Engine.Execution;
using Buildx.Engine.Exporting;
using Buildx.Engine.Operations;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Server.Building;
using Buildx.Engine.Server.Configuration;
using Buildx.Engine.Server.Services;
using Buildx.Engine.Server.Sessions;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Server;

/// <summary>All parts of a running engine, put together in one place.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly IStorage _storage;
    private readonly ExecEnvironment _exec;
    private readonly GarbageCollector _garbage;

    private Engine(EngineConfiguration configuration, IStorage storage, EngineParts parts, TimeProvider time)
    {
        Configuration = configuration;
        _storage = storage;
        Activity = new EngineActivity(time);
        var policies = configuration.GarbageCollection
            ?? ConfigurationReader.DefaultPolicies(ConfigurationReader.DefaultCaps(ConfigurationReader.DiskSize(configuration.Root)));
        _garbage = new GarbageCollector(storage, policies, Activity, time);
        _exec = new ExecEnvironment(storage, parts.Executor, parts.Emulation, configuration.MaximumParallelism);
        var operations = new OperationFactory(storage, _exec, parts.Images, parts.Hasher);
        var solver = new Solver(storage, operations, time);
        var runner = new BuildRunner(storage, solver, parts.Images, parts.Exporters, parts.Emulation, configuration, time);
        var worker = new WorkerDescription(WorkerDescription.ReadOrCreateId(configuration.Root), configuration, parts.Emulation, policies);
        Control = new ControlService(runner, new BuildRegistry(), new SessionManager(), worker, storage, Activity);
    }

    public EngineConfiguration Configuration { get; }

    public EngineActivity Activity { get; }

    public ControlService Control { get; }

    public static async Task<Engine> OpenAsync(EngineConfiguration configuration, TimeProvider time, CancellationToken cancellationToken)
    {
        var storage = await EngineParts.OpenStorageAsync(configuration, cancellationToken);
        try
        {
            return new Engine(configuration, storage, EngineParts.Create(configuration, storage), time);
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
        _exec.Dispose();
        await _storage.DisposeAsync();
    }
}
