using System.Collections.Immutable;
using Buildx.Engine.Attestations;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Explanations;

namespace Buildx.Engine.Solving;

/// <summary>
/// A resolved vertex: its record's id is known, so that everything that depends on it can be looked up. Its trees may be
/// gone; <see cref="Solver"/> makes them again when somebody needs them.
/// </summary>
internal sealed class VertexResult(LlbVertex vertex, Digest id, ImmutableArray<VertexResult> inputs, ImmutableArray<OutputTree?> outputs)
{
    private ImmutableArray<OutputTree?> _outputs = outputs;

    public LlbVertex Vertex { get; } = vertex;

    public Digest Id { get; } = id;

    /// <summary>In the order of the vertex's inputs.</summary>
    public ImmutableArray<VertexResult> Inputs { get; } = inputs;

    public ImmutableArray<OutputTree?> Outputs => _outputs;

    /// <inheritdoc cref="SourceResolution.ExchangeKeys"/>
    public ImmutableArray<string> SourceKeys { get; init; } = [];

    /// <inheritdoc cref="SourceResolution.Material"/>
    public SourceMaterial? Material { get; init; }

    /// <summary>Why it ran when it was resolved; null when it was known.</summary>
    public StepReason? Ran { get; init; }

    /// <summary>False when at least one tree was garbage collected, or never made here.</summary>
    public bool IsAvailable => _outputs.Length >= Vertex.OutputCount && _outputs.All(tree => tree is null || tree.IsAvailable);

    public void Replace(ImmutableArray<OutputTree?> outputs) => _outputs = outputs;
}
