using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>
/// One operation of a build graph, together with all it depends on. Immutable and content-addressed: its digest is that
/// of its serialized <see cref="Op"/>, which names its inputs by digest, so that equal graphs have equal digests.
/// </summary>
public sealed class LlbVertex
{
    internal LlbVertex(
        Digest digest, byte[] bytes, Op operation, IReadOnlyList<LlbOutput> inputs, OpMetadata metadata, IReadOnlyList<LlbSourceLocation> locations)
    {
        Digest = digest;
        Bytes = bytes;
        Operation = operation;
        Inputs = inputs;
        Metadata = metadata;
        Locations = locations;
    }

    public Digest Digest { get; }

    /// <summary>The serialized operation, whose SHA-256 is <see cref="Digest"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Treat as read-only: changing it does not change the vertex.</summary>
    public Op Operation { get; }

    /// <summary>In the order of the operation's own inputs: index <c>i</c> in a mount or action is <c>Inputs[i]</c>.</summary>
    public IReadOnlyList<LlbOutput> Inputs { get; }

    /// <summary>Not part of the digest. Treat as read-only.</summary>
    public OpMetadata Metadata { get; }

    /// <summary>Where in the user's files this step was written.</summary>
    public IReadOnlyList<LlbSourceLocation> Locations { get; }

    /// <summary>The name to show for this step: what its author set, else what it does.</summary>
    public string Name => Metadata.Description.TryGetValue("llb.customname", out var name) ? name : LlbOperationName.Of(Operation);

    /// <summary>How many results the operation has; an input's index must be below it.</summary>
    public int OutputCount => LlbOperationOutputs.Count(Operation);

    public LlbOutput Output(int index = 0) => new(this, index);

    /// <summary>Serializes an operation. Maps must have been filled in ordinal order of their keys: they are written as they are.</summary>
    internal static LlbVertex Create(Op operation, IReadOnlyList<LlbOutput> inputs, VertexOptions options, IEnumerable<string> capabilities)
    {
        foreach (var input in inputs)
            operation.Inputs.Add(new Input { Digest = input.Vertex.Digest.Value, Index = input.Index });
        operation.Constraints = new WorkerConstraints();
        operation.Constraints.Filter.AddRange(options.WorkerFilter);
        var bytes = Serialize(operation);
        return new LlbVertex(Digest.Sha256(bytes), bytes, operation, inputs, options.ToMetadata(capabilities), options.Locations);
    }

    /// <summary>
    /// BuildKit's own clients write the operation proper after all other fields; doing the same makes equal graphs have
    /// equal digests, whoever made them.
    /// </summary>
    private static byte[] Serialize(Op operation)
    {
        var common = new Op { Platform = operation.Platform, Constraints = operation.Constraints };
        common.Inputs.AddRange(operation.Inputs);
        var proper = Proper(operation);
        var length = common.CalculateSize();
        var bytes = new byte[length + proper.CalculateSize()];
        Google.Protobuf.MessageExtensions.WriteTo(common, bytes.AsSpan(0, length));
        Google.Protobuf.MessageExtensions.WriteTo(proper, bytes.AsSpan(length));
        return bytes;
    }

    /// <summary>The same operation without the common fields; its content is shared, not copied.</summary>
    private static Op Proper(Op operation) => operation.OpCase switch
    {
        Op.OpOneofCase.Exec => new Op { Exec = operation.Exec },
        Op.OpOneofCase.File => new Op { File = operation.File },
        Op.OpOneofCase.Source => new Op { Source = operation.Source },
        Op.OpOneofCase.Merge => new Op { Merge = operation.Merge },
        Op.OpOneofCase.Diff => new Op { Diff = operation.Diff },
        Op.OpOneofCase.Build => new Op { Build = operation.Build },
        Op.OpOneofCase.Passthrough => new Op { Passthrough = operation.Passthrough },
        Op.OpOneofCase.None => new Op(),
        var other => throw new InvalidOperationException($"an operation of the kind {other} cannot be written"),
    };
}
