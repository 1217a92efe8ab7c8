using System.Collections.Concurrent;
using Buildx.Engine.CacheTransfer;
using Buildx.Engine.Execution.Devices;
using Buildx.Engine.Explanations;
using Buildx.Engine.Frontends;
using Buildx.Engine.Frontends.Gateway;
using Buildx.Engine.Server;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Sources.Policies;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Solving;

/// <summary>One build: what a client asked for with one <c>Solve</c>.</summary>
internal sealed class BuildJob : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<VertexResult>>> _results = [];
    private readonly ConcurrentDictionary<Digest, byte> _announced = [];
    private readonly Lock _leaseLock = new();
    private readonly List<IAsyncDisposable> _held = [];
    private bool _hasEnded;

    public BuildJob(string reference, ISession? session, IStorageLease lease, Entitlements entitlements)
    {
        Reference = reference;
        Session = session;
        Lease = lease;
        Entitlements = entitlements;
    }

    /// <summary>The client's name for this build.</summary>
    public string Reference { get; }

    public ISession? Session { get; }

    /// <summary>Sessions that are no build's own: several builds may read from one.</summary>
    public Func<string, ISession?> FindSession { get; init; } = _ => null;

    /// <summary>As <see cref="FindSession"/>, but one that is about to connect is waited for.</summary>
    public Func<string, CancellationToken, Task<ISession?>> FindSessionAsync { get; init; } = (_, _) => Task.FromResult<ISession?>(null);

    public IStorageLease Lease { get; }

    public Entitlements Entitlements { get; }

    /// <summary>What steps may ask for.</summary>
    public DeviceCatalog Devices { get; init; } = new(DeviceOptions.Default);

    public BuildProgress Progress { get; } = new();

    /// <summary>Set when the frontend runs in the client.</summary>
    public ClientFrontend? ClientFrontend { get; init; }

    public ResolvedTags Tags { get; } = new();

    /// <summary>A name that no other build has, ever.</summary>
    public string InvocationId { get; } = Guid.NewGuid().ToString("N")[..25];

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The frontend that made the result, and what it was asked; the last one counts, if several were.</summary>
    public (string Frontend, IReadOnlyDictionary<string, string> Options)? FrontendRequest { get; set; }

    /// <summary>All graphs that were looked at in this build.</summary>
    /// <remarks>No bag: it is kept by the threads that have added to it, and keeps the build.</remarks>
    public ConcurrentQueue<BuildReference> References { get; } = [];

    /// <summary>Caches of other builders.</summary>
    public CacheExchange Exchange { get; } = new();

    /// <summary>Whose build it is: where what was built before may be an earlier form of what is built now.</summary>
    public string Project { get; init; } = "";

    /// <summary>The variables that the client has given values.</summary>
    public IReadOnlySet<string> Arguments { get; init; } = new HashSet<string>();

    public ExplainedSteps Explained { get; } = new();

    /// <summary>Which sources the build may use.</summary>
    public SourcePolicy SourcePolicy { get; init; } = SourcePolicy.None;

    /// <summary>The client that wants to decide about each source; null for none.</summary>
    public ISession? PolicySession { get; init; }

    /// <summary>Shows the graph's steps to the watchers before they run.</summary>
    public void Announce(LlbGraph graph)
    {
        var status = new Protocol.ControlApi.StatusResponse();
        foreach (var vertex in graph.Vertices)
        {
            if (!_announced.TryAdd(vertex.Digest, 0))
                continue;
            var message = new Protocol.ControlApi.Vertex { Digest = vertex.Digest.Value, Name = vertex.Name, ProgressGroup = vertex.Metadata.ProgressGroup };
            message.Inputs.AddRange(vertex.Inputs.Select(input => input.Vertex.Digest.Value));
            status.Vertexes.Add(message);
        }
        if (status.Vertexes.Count > 0)
            Progress.Publish(status);
    }

    /// <summary>The first step that failed since <see cref="Failed"/> was set; the others are stopped for it.</summary>
    public VertexException? Failure { get; private set; }

    /// <summary>
    /// Called once, when a step has failed. Not set as long as a frontend decides what is built: it may well go on without that step.
    /// </summary>
    public Action? Failed { get; set; }

    /// <summary>Each vertex is resolved once in a build, whoever asks.</summary>
    public Task<VertexResult> Once(LlbVertex vertex, Func<Task<VertexResult>> resolve) =>
        _results.GetOrAdd(vertex.Digest.Value, _ => new Lazy<Task<VertexResult>>(() => Task.Run(async () =>
        {
            try
            {
                return await resolve();
            }
            catch (VertexException e)
            {
                Fail(e);
                throw;
            }
        }))).Value;

    private void Fail(VertexException failure)
    {
        lock (_leaseLock)
        {
            if (Failed is null || Failure is not null)
                return;
            Failure = failure;
        }
        Failed?.Invoke();
    }

    /// <summary>Keeps what the build has come to depend on until it ends.</summary>
    public void Protect(VertexResult result)
    {
        foreach (var tree in result.Outputs)
        {
            if (tree is not null)
                Protect(tree);
        }
    }

    public void Protect(OutputTree tree)
    {
        lock (_leaseLock)
        {
            tree.Protect(Lease);
            if (tree.Hold() is { } held)
                _held.Add(held);
        }
    }

    /// <summary>Keeps something until the build ends.</summary>
    /// <returns>False: it has ended already.</returns>
    public bool Keep(IAsyncDisposable held)
    {
        lock (_leaseLock)
        {
            if (!_hasEnded)
                _held.Add(held);
            return !_hasEnded;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Progress.Complete();
        lock (_leaseLock)
            _hasEnded = true;
        foreach (var held in _held)
            await held.DisposeAsync();
        Lease.Dispose();
    }
}
