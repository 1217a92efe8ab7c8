using System.Collections.Immutable;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Operations;

/// <summary>What the upper tree adds to the lower one, where the lower is what the upper was made from.</summary>
internal sealed class DiffOperation(DiffOp operation, IStorage storage) : IOperation
{
    public Digest Key { get; } = new KeyHash("diff").Add(operation.Lower?.Input ?? -1).Add(operation.Upper?.Input ?? -1).ToDigest();

    public bool DependsOnContent(int input) => false;

    public Task<Digest> HashContentAsync(int input, OutputTree? tree, OperationContext context, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("a diff takes its inputs as a whole");

    public async Task<ImmutableArray<OutputTree?>> ExecuteAsync(OperationContext context, CancellationToken cancellationToken)
    {
        var lower = await SnapshotAsync(context, operation.Lower?.Input ?? -1, cancellationToken);
        var upper = await SnapshotAsync(context, operation.Upper?.Input ?? -1, cancellationToken);
        if (!upper.StartsWith(lower))
            throw new NotSupportedException("a diff of trees that were not made from each other is not supported yet");
        return [new SnapshotTree(new Snapshot(upper.Layers[lower.Layers.Length..]), storage.Layers)];
    }

    private static async ValueTask<Snapshot> SnapshotAsync(OperationContext context, long input, CancellationToken cancellationToken) =>
        input >= 0 && context.Inputs[(int)input] is { } tree ? await tree.GetSnapshotAsync(cancellationToken) : Snapshot.Empty;
}
