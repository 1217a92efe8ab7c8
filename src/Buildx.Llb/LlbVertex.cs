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
        var fields = new List<Field>(operation.Inputs.Count + 3);
        foreach (var input in operation.Inputs)
            fields.Add(new Field(Op.InputsFieldNumber, input));
        if (operation.Platform is not null)
            fields.Add(new Field(Op.PlatformFieldNumber, operation.Platform));
        if (operation.Constraints is not null)
            fields.Add(new Field(Op.ConstraintsFieldNumber, operation.Constraints));
        if (operation.OpCase != Op.OpOneofCase.None)
            fields.Add(Proper(operation));
        var bytes = new byte[fields.Sum(field => field.Size)];
        var output = new CodedOutputStream(bytes);
        foreach (var field in fields)
            field.Write(output);
        output.CheckNoSpaceLeft();
        return bytes;
    }

    private static Field Proper(Op operation) => operation.OpCase switch
    {
        Op.OpOneofCase.Exec => new Field(Op.ExecFieldNumber, operation.Exec),
        Op.OpOneofCase.File => new Field(Op.FileFieldNumber, operation.File),
        Op.OpOneofCase.Source => new Field(Op.SourceFieldNumber, operation.Source),
        Op.OpOneofCase.Merge => new Field(Op.MergeFieldNumber, operation.Merge),
        Op.OpOneofCase.Diff => new Field(Op.DiffFieldNumber, operation.Diff),
        Op.OpOneofCase.Build => new Field(Op.BuildFieldNumber, operation.Build),
        Op.OpOneofCase.Passthrough => new Field(Op.PassthroughFieldNumber, operation.Passthrough),
        var other => throw new InvalidOperationException($"an operation of the kind {other} cannot be written"),
    };

    /// <summary>A message in an operation. Its length is asked for once: messages do not remember it.</summary>
    private readonly struct Field(int number, IMessage message)
    {
        private readonly int _length = message.CalculateSize();

        public int Size => CodedOutputStream.ComputeTagSize(number) + CodedOutputStream.ComputeLengthSize(_length) + _length;

        public void Write(CodedOutputStream output)
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteLength(_length);
            message.WriteTo(output);
        }
    }
}
