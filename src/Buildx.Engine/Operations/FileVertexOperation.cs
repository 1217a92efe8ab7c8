using System.Collections.Immutable;
using Buildx.Engine.ContentHashing;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Operations.Files.Repeating;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Operations;

/// <summary>LLB's file operation as the solver sees it.</summary>
internal sealed class FileVertexOperation(FileOperation operation, ContentHasher hasher, CopyHistory copies, IStorage storage) : IOperation
{
    public Digest Key => operation.DefinitionKey;

    public Digest ContentKey => operation.ContentKey;

    public bool DependsOnContent(int input) => operation.GetContentSelections(input) is not null;

    public async Task<InputContent> HashContentAsync(int input, OutputTree? tree, OperationContext context, CancellationToken cancellationToken)
    {
        var selections = operation.GetContentSelections(input) ?? [ContentSelection.Everything];
        await using var open = await (tree ?? Empty).OpenAsync(cancellationToken);
        try
        {
            var hash = await hasher.HashAsync(open.Tree, selections, cancellationToken);
            return new InputContent(hash.Content, hash.Files);
        }
        catch (FileOperationException e) when (IsBuildContext(context.Vertex.Inputs[input].Vertex) && e.Message.EndsWith(": not found", StringComparison.Ordinal))
        {
            throw new FileOperationException($"{e.Message} in the build context (or .dockerignore leaves it out)", e);
        }
    }

    public async Task<ImmutableArray<OutputTree?>> ExecuteAsync(OperationContext context, CancellationToken cancellationToken)
    {
        var snapshots = await operation.RunAsync([.. context.Inputs.Select(tree => tree ?? Empty)], storage.Layers, copies, cancellationToken);
        return [.. snapshots.Select(snapshot => new SnapshotTree(snapshot, storage.Layers))];
    }

    private static bool IsBuildContext(LlbVertex vertex) => vertex.Operation.Source is { Identifier: "local://context" };

    private SnapshotTree Empty => new(Snapshot.Empty, storage.Layers);
}
