using Buildx.Engine.Operations.Files;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Engine.Trees;
using Buildx.Llb;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Frontends;

/// <summary>A graph's result, made when it is first needed.</summary>
internal sealed class BuildReference : IBuildReference
{
    /// <summary>A file that a frontend reads whole is a Dockerfile, not data.</summary>
    private const int MaximumFileSize = 64 << 20;

    private readonly BuildJob _job;
    private readonly Solver _solver;
    private readonly BuildContext _context = new();
    private readonly CancellationToken _cancellationToken;
    private readonly Lazy<Task<VertexResult?>> _result;

    public BuildReference(Definition definition, BuildJob job, Solver solver, CancellationToken cancellationToken)
    {
        (_job, _solver, _cancellationToken) = (job, solver, cancellationToken);
        _context.Join(job);
        Graph = LlbGraph.Read(definition);
        EntitlementCheck.Require(Graph, job.Entitlements);
        Definition = DeviceAdmission.Apply(definition, Graph, job.Devices, job.Entitlements.Devices);
        if (Definition != definition)
            Graph = LlbGraph.Read(Definition);
        _result = new(ResolveAsync);
    }

    public Definition Definition { get; }

    public LlbGraph Graph { get; }

    public LlbOutput? Output => Graph.Output;

    public Task<OutputTree?> GetTreeAsync(CancellationToken cancellationToken) => OutputAsync(cancellationToken, isRead: true);

    public async Task<Snapshot> EvaluateAsync(CancellationToken cancellationToken)
    {
        if (await OutputAsync(cancellationToken) is not { } tree)
            return Snapshot.Empty;
        var snapshot = await tree.GetSnapshotAsync(cancellationToken);
        _job.Protect(tree);
        return snapshot;
    }

    public async ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken) =>
        await (await OutputAsync(cancellationToken, isRead: true) ?? throw new FileNotFoundException("the result is an empty tree")).OpenAsync(cancellationToken);

    public async Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (await OutputAsync(cancellationToken, isRead: true) is not { } tree)
            return null;
        await using var open = await tree.OpenAsync(cancellationToken);
        return TreeLookup.ReadFile(open.Tree.Root, path, MaximumFileSize);
    }

    public async Task<byte[]?> ReadStartAsync(string path, int length, CancellationToken cancellationToken)
    {
        if (await OutputAsync(cancellationToken, isRead: true) is not { } tree)
            return null;
        await using var open = await tree.OpenAsync(cancellationToken);
        return TreeLookup.ReadStart(open.Tree.Root, path, length);
    }

    public async Task<IReadOnlyList<string>?> ReadDirectoryAsync(string path, CancellationToken cancellationToken)
    {
        if (await OutputAsync(cancellationToken, isRead: true) is not { } tree)
            return null;
        await using var open = await tree.OpenAsync(cancellationToken);
        return TreeLookup.ReadDirectory(open.Tree.Root, path);
    }

    /// <param name="isRead">Its files are wanted now, not only a description of it.</param>
    private async Task<OutputTree?> OutputAsync(CancellationToken cancellationToken, bool isRead = false)
    {
        if (await _result.Value.WaitAsync(cancellationToken) is not { } result)
            return null;
        await _solver.EnsureAvailableAsync(result, _context, cancellationToken);
        // Of an image a description may be enough, which is what makes pushing it without pulling it possible.
        if (isRead || result.Outputs[Graph.Output!.Index] is FetchedTree)
            await _solver.EnsurePresentAsync(result, _context, cancellationToken);
        return result.Outputs[Graph.Output!.Index];
    }

    /// <summary>How it was made; null for an empty tree.</summary>
    public async Task<(VertexResult Result, int Output)?> GetResultAsync(CancellationToken cancellationToken) =>
        await _result.Value.WaitAsync(cancellationToken) is { } result ? (result, Graph.Output!.Index) : null;

    /// <summary>Some of the graph's steps, each of which is there as soon as it has ended. The whole graph is made.</summary>
    public IEnumerable<(LlbOutput Output, Task<VertexResult> Step)> Follow(IEnumerable<LlbOutput> outputs)
    {
        // Begins with the graph as a whole, which shows all steps before one runs.
        _ = _result.Value;
        return outputs.Select(output => (output, _solver.ResolveAsync(output.Vertex, _job, _cancellationToken)));
    }

    /// <summary>What is known of it without doing anything more; null when it was not made.</summary>
    public VertexResult? KnownResult => _result is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? _result.Value.Result : null;

    private async Task<VertexResult?> ResolveAsync()
    {
        if (Graph.Output is not { } output)
            return null;
        _job.Announce(Graph);
        return await _solver.ResolveAsync(output.Vertex, _job, _cancellationToken);
    }
}
