using System.Collections.Immutable;
using Buildx.Engine.Operations.Files.Repeating;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Engine.Trees;

namespace Buildx.Engine.Operations.Files;

/// <summary>One execution of a <see cref="FileOperation"/>.</summary>
internal sealed class FileOperationRun : IAsyncDisposable
{
    private readonly FileOperation _operation;
    private readonly IReadOnlyList<IFileOperationInput> _inputs;
    private readonly ILayerStore _layers;

    // By action: the tree it left open for its continuation, or the snapshot it made.
    private readonly WorkingTree?[] _open;
    private readonly Snapshot?[] _results;

    public FileOperationRun(FileOperation operation, IReadOnlyList<IFileOperationInput> inputs, ILayerStore layers)
    {
        _operation = operation;
        _inputs = inputs;
        _layers = layers;
        _open = new WorkingTree?[operation.Actions.Length];
        _results = new Snapshot?[operation.Actions.Length];
    }

    /// <summary>Goes along with copies; null for nobody.</summary>
    public CopyTracker? Tracker { get; init; }

    /// <summary>The tree that the first action changes, mounted; null to have it mounted here.</summary>
    public IWritableSnapshot? Start { get; init; }

    /// <exception cref="CopyNotRepeatableException"><see cref="Start"/> holds what would not be made now.</exception>
    public async Task<ImmutableArray<Snapshot>> RunAsync(CancellationToken cancellationToken)
    {
        var outputs = new Snapshot[_operation.OutputCount];
        // Actions only use inputs and earlier results, so their order is a valid one.
        for (var i = 0; i < _operation.Actions.Length; i++)
        {
            var action = _operation.Actions[i];
            var tree = _open[i] = await TakeAsync(action.Input, i == 0 ? Start : null, cancellationToken);
            try
            {
                await RunAsync(action, tree.Mount.Path, cancellationToken);
            }
            catch (FileOperationException exception)
            {
                throw new FileOperationException(exception.Message, exception) { ActionIndex = i };
            }
            if (_operation.IsContinued(i))
                continue;
            if (Tracker is { KeepsAll: false })
                throw new CopyNotRepeatableException();
            var layer = await tree.Mount.CommitAsync(cancellationToken);
            await tree.Mount.DisposeAsync();
            _open[i] = null;
            var result = tree.Base.Append(layer);
            _results[i] = result;
            if (action.Output >= 0)
                outputs[action.Output] = result;
        }
        return [.. outputs];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var tree in _open)
        {
            if (tree is not null)
                await tree.Mount.DisposeAsync();
        }
    }

    private async Task RunAsync(FileActionPlan action, string root, CancellationToken cancellationToken)
    {
        var owner = action.Owner is { } plan ? await ResolveOwnerAsync(plan, cancellationToken) : (FileOwner?)null;
        if (action is not CopyPlan)
        {
            await FileActionRunner.RunAsync(action, root, null, owner, null, cancellationToken);
            return;
        }
        await using var source = await OpenAsync(action.SecondaryInput, cancellationToken);
        if (!source.Tree.KeepsInodes)
            Tracker?.GiveUp();
        await FileActionRunner.RunAsync(action, root, source.Tree, owner, Tracker, cancellationToken);
    }

    private async Task<FileOwner> ResolveOwnerAsync(OwnerPlan plan, CancellationToken cancellationToken)
    {
        await using var user = plan.User is { Name: not null } ? await OpenAsync(plan.User.Input, cancellationToken) : null;
        await using var group = plan.Group is { Name: not null } ? await OpenAsync(plan.Group.Input, cancellationToken) : null;
        return OwnerResolver.Resolve(plan, user?.Tree.Root, group?.Tree.Root);
    }

    private async Task<WorkingTree> TakeAsync(int index, IWritableSnapshot? mounted, CancellationToken cancellationToken)
    {
        if (index >= _inputs.Count && _open[index - _inputs.Count] is { } open)
        {
            _open[index - _inputs.Count] = null;
            return open;
        }
        var basis = index < 0 ? Snapshot.Empty : await GetSnapshotAsync(index, cancellationToken);
        return new WorkingTree(basis, mounted ?? await _layers.MountWritableAsync(basis, null, cancellationToken));
    }

    private ValueTask<Snapshot> GetSnapshotAsync(int index, CancellationToken cancellationToken) =>
        index < _inputs.Count
            ? _inputs[index].GetSnapshotAsync(cancellationToken)
            : new ValueTask<Snapshot>(_results[index - _inputs.Count]!);

    private ValueTask<IOpenTree> OpenAsync(int index, CancellationToken cancellationToken) => index < 0
        ? new SnapshotTree(Snapshot.Empty, _layers).OpenAsync(cancellationToken)
        : index < _inputs.Count
            ? _inputs[index].OpenAsync(cancellationToken)
            : new SnapshotTree(_results[index - _inputs.Count]!, _layers).OpenAsync(cancellationToken);

    private sealed record WorkingTree(Snapshot Base, IWritableSnapshot Mount);
}
