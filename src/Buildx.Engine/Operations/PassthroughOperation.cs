using System.Collections.Immutable;
using Buildx.Engine.Solving;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Operations;

/// <summary>Hands on some of its inputs as they are, once all of them are there.</summary>
internal sealed class PassthroughOperation(PassthroughOp operation) : IOperation
{
    public Digest Key { get; } = MakeKey(operation);

    public bool DependsOnContent(int input) => false;

    public Task<InputContent> HashContentAsync(int input, OutputTree? tree, OperationContext context, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("what is passed on is passed on as a whole");

    public Task<ImmutableArray<OutputTree?>> ExecuteAsync(OperationContext context, CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<OutputTree?>>([.. operation.Outputs.Select(input => input < 0 ? null : context.Inputs[(int)input])]);

    private static Digest MakeKey(PassthroughOp operation)
    {
        var hash = new KeyHash("passthrough").Add(operation.Id);
        foreach (var output in operation.Outputs)
            hash.Add(output);
        return hash.ToDigest();
    }
}
