using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Llb;

/// <summary>
/// One operation of a build graph, together with all it depends on. Immutable and content-addressed: its digest is that
/// of its serialized <see cref="Op"/>, which names its inputs by digest, so that equal graphs have equal digests.
/// </summary>
public sealed class LlbVertex
{
    internal LlbVertex(
        Digest digest, byte[] bytes, Op operation, IReadOnlyList<LlbOutput> inputs, VertexMetadata metadata, IReadOnlyList<LlbSourceLocation> locations)
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

    public VertexMetadata Metadata { get; }

    /// <summary>Where in the user's files this step was written.</summary>
    public IReadOnlyList<LlbSourceLocation> Locations { get; }

    /// <summary>The name to show for this step: what its author set, else what it does.</summary>
    public string Name => Metadata.Name ?? LlbOperationName.Of(Operation);

    /// <summary>How many results the operation has; an input's index must be below it.</summary>
    public int OutputCount => LlbOperationOutputs.Count(Operation);

    public LlbOutput Output(int index = 0) => new(this, index);

    /// <summary>Serializes an operation. Maps must have been filled in ordinal order of their keys: they are written as they are.</summary>
    internal static LlbVertex Create(Op operation, IReadOnlyList<LlbOutput> inputs, VertexOptions options, IReadOnlyList<string> capabilities)
    {
        foreach (var input in inputs)
            operation.Inputs.Add(new Input { Digest = input.Vertex.Digest.Value, Index = input.Index });
        operation.Constraints = new WorkerConstraints();
        operation.Constraints.Filter.AddRange(options.WorkerFilter);
        var bytes = Serialize(operation);
        return new LlbVertex(Digest.Sha256(bytes), bytes, operation, inputs, new VertexMetadata(options, capabilities), options.Locations);
    }

    /// <summary>
    /// BuildKit's own clients write the operation proper after all other fields; doing the same makes equal graphs have
    /// equal digests, whoever made them.
    /// </summary>
    private static byte[] Serialize(Op operation)
    {
        var bytes = new byte[operation.CalculateSize()];
        var output = new CodedOutputStream(bytes);
        foreach (var input in operation.Inputs)
            WriteField(output, Op.InputsFieldNumber, input);
        if (operation.Platform is not null)
            WriteField(output, Op.PlatformFieldNumber, operation.Platform);
        if (operation.Constraints is not null)
            WriteField(output, Op.ConstraintsFieldNumber, operation.Constraints);
        switch (operation.OpCase)
        {
            case Op.OpOneofCase.Exec: WriteField(output, Op.ExecFieldNumber, operation.Exec); break;
            case Op.OpOneofCase.File: WriteField(output, Op.FileFieldNumber, operation.File); break;
            case Op.OpOneofCase.Source: WriteField(output, Op.SourceFieldNumber, operation.Source); break;
            case Op.OpOneofCase.Merge: WriteField(output, Op.MergeFieldNumber, operation.Merge); break;
            case Op.OpOneofCase.Diff: WriteField(output, Op.DiffFieldNumber, operation.Diff); break;
            case Op.OpOneofCase.Build: WriteField(output, Op.BuildFieldNumber, operation.Build); break;
            case Op.OpOneofCase.Passthrough: WriteField(output, Op.PassthroughFieldNumber, operation.Passthrough); break;
            case Op.OpOneofCase.None: break;
            default: throw new InvalidOperationException($"an operation of the kind {operation.OpCase} cannot be written");
        }
        output.CheckNoSpaceLeft();
        return bytes;
    }

    private static void WriteField(CodedOutputStream output, int number, IMessage message)
    {
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteMessage(message);
    }
}
