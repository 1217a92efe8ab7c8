using System.Collections.Immutable;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Operations;

/// <summary>
/// What the upper tree has more, otherwise, or no longer, than the lower one. Where the upper was made from the lower that is the
/// rest of its layers; of any other two it is found by comparing their files.
/// </summary>
internal sealed class DiffOperation(DiffOp operation, IStorage storage) : IOperation
{
    public Digest Key { get; } = new KeyHash("diff").Add(operation.Lower?.Input ?? -1).Add(operation.Upper?.Input ?? -1).ToDigest();

    public bool DependsOnContent(int input) => false;

    public Task<InputContent> HashContentAsync(int input, OutputTree? tree, OperationContext context, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("a diff takes its inputs as a whole");

    public async Task<ImmutableArray<OutputTree?>> ExecuteAsync(OperationContext context, CancellationToken cancellationToken)
    {
        var lower = await SnapshotAsync(context, operation.Lower?.Input ?? -1, cancellationToken);
        var upper = await SnapshotAsync(context, operation.Upper?.Input ?? -1, cancellationToken);
        var difference = upper.StartsWith(lower)
            ? new Snapshot(upper.Layers[lower.Layers.Length..])
            : await CompareAsync(lower, upper, cancellationToken);
        return [new SnapshotTree(difference, storage.Layers)];
    }

    private async Task<Snapshot> CompareAsync(Snapshot lower, Snapshot upper, CancellationToken cancellationToken)
    {
        await using var before = await storage.Layers.MountAsync(lower, null, cancellationToken);
        await using var after = await storage.Layers.MountAsync(upper, null, cancellationToken);
        await using var target = await storage.Layers.MountWritableAsync(lower, null, cancellationToken);
        await Task.Run(() => TreeDifference.Apply(before.Path, after.Path, target.Path, cancellationToken), cancellationToken);
        return Snapshot.Empty.Append(await target.CommitAsync(cancellationToken));
    }

    private static async ValueTask<Snapshot> SnapshotAsync(OperationContext context, long input, CancellationToken cancellationToken) =>
        input >= 0 && context.Inputs[(int)input] is { } tree ? await tree.GetSnapshotAsync(cancellationToken) : Snapshot.Empty;
}
