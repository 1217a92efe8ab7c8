using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Operations.Files.Repeating;

/// <summary>
/// Runs an operation that only copies. Where it has run before on the same tree, its layer goes on from the one that it made when it
/// last copied everything: only files that have changed since are made. What is in the layer is the same either way.
/// </summary>
internal sealed class RepeatableCopy(FileOperation operation, IReadOnlyList<IFileOperationInput> inputs, ILayerStore layers, CopyHistory history)
{
    public async Task<Snapshot> RunAsync(CancellationToken cancellationToken)
    {
        var target = operation.Actions[0].Input;
        var basis = target < 0 ? Snapshot.Empty : await inputs[target].GetSnapshotAsync(cancellationToken);
        var key = KeyOf(basis);
        if (history.Find(key) is { } earlier && await layers.MountContinuationAsync(basis, earlier.Layer, cancellationToken) is { } mount)
        {
            await using (mount)
            {
                try
                {
                    return await RunAsync(key, new CopyTracker(earlier.Manifest, history.Now), mount, cancellationToken);
                }
                catch (Exception e) when (e is CopyNotRepeatableException or FileOperationException)
                {
                    // If it fails for another reason, it will again, and the message will be of what was asked for.
                }
            }
        }
        return await RunAsync(key, new CopyTracker(null, history.Now), null, cancellationToken);
    }

    private async Task<Snapshot> RunAsync(Digest key, CopyTracker tracker, IWritableSnapshot? start, CancellationToken cancellationToken)
    {
        await using var run = new FileOperationRun(operation, inputs, layers) { Tracker = tracker, Start = start };
        var result = (await run.RunAsync(cancellationToken))[0];
        if (tracker is { Made: { } made, IsComplete: true })
            history.Set(key, result.Layers[^1], made);
        return result;
    }

    private Digest KeyOf(Snapshot basis)
    {
        using var hash = new KeyHash("copy").Add(operation.DefinitionKey);
        foreach (var layer in basis.Layers)
            hash.Add(layer.Value);
        return hash.ToDigest();
    }
}
