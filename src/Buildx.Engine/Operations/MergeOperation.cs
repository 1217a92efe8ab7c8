using System.Collections.Immutable;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Operations;

/// <summary>One tree over another: their layers in a row, nothing is copied.</summary>
internal sealed class MergeOperation(IStorage storage) : IOperation
{
    public Digest Key { get; } = new KeyHash("merge").ToDigest();

    public bool DependsOnContent(int input) => false;

    public Task<InputContent> HashContentAsync(int input, OutputTree? tree, OperationContext context, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("a merge takes its inputs as a whole");

    public async Task<ImmutableArray<OutputTree?>> ExecuteAsync(OperationContext context, CancellationToken cancellationToken)
    {
        var merged = Snapshot.Empty;
        foreach (var input in context.Inputs)
        {
            if (input is not null)
                merged = merged.Concat(await input.GetSnapshotAsync(cancellationToken));
        }
        return [new SnapshotTree(merged, storage.Layers)];
    }
}
