using System.Collections.Immutable;
using Buildx.Engine.Storage;
using Buildx.Llb;

namespace Buildx.Engine.Solving;

/// <summary>What a running operation may use.</summary>
/// <param name="Inputs">In the order of the vertex's inputs; available while the operation runs. Null is an empty tree.</param>
internal sealed record OperationContext(
    LlbVertex Vertex,
    ImmutableArray<OutputTree?> Inputs,
    IVertexProgress Progress,
    BuildContext Build,
    IStorageLease Lease);
