using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Llb;

/// <summary>
/// One operation of a build graph, together with all it depends on. Immutable and content-addressed: its digest is that
/// of its serialized <see cref="Op"/>, which names its inputs by digest, so that equal graphs have equal digests.
/// Serialized and hashed when first asked for, on any thread.
/// </summary>
public sealed class LlbVertex
{
    private readonly Op _operation;
    private Digest _digest;
    private volatile byte[]? _bytes;

    internal LlbVertex(
        Digest digest, byte[] bytes, Op operation, IReadOnlyList<LlbOutput> inputs, VertexMetadata metadata, IReadOnlyList<LlbSourceLocation> locations)
        : this(operation, inputs, metadata, locations) => (_digest, _bytes) = (digest, bytes);

    private LlbVertex(Op operation, IReadOnlyList<LlbOutput> inputs, VertexMetadata metadata, IReadOnlyList<LlbSourceLocation> locations)
    {
        _operation = operation;
        Inputs = inputs;
        Metadata = metadata;
        Locations = locations;
    }

    public Digest Digest
    {
        get
        {
            Complete();
            return _digest;
        }
    }

    /// <summary>The serialized operation, whose SHA-256 is <see cref="Digest"/>.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            Complete();
            return _bytes;
        }
    }

    /// <summary>Treat as read-only: changing it does not change the vertex.</summary>
    public Op Operation
    {
        get
        {
            Complete();
            return _operation;
        }
    }

    /// <summary>In the order of the operation's own inputs: index <c>i</c> in a mount or action is <c>Inputs[i]</c>.</summary>
    public IReadOnlyList<LlbOutput> Inputs { get; }

    public VertexMetadata Metadata { get; }

    /// <summary>Where in the user's files this step was written.</summary>
    public IReadOnlyList<LlbSourceLocation> Locations { get; }

    /// <summary>The name to show for this step: what its author set, else what it does.</summary>
    public string Name => Metadata.Name ?? LlbOperationName.Of(Operation);

    /// <summary>How many results the operation has; an input's index must be below it.</summary>
    public int OutputCount => LlbOperationOutputs.Count(_operation);

    public LlbOutput Output(int index = 0) => new(this, index);

    /// <summary>Equal when both are the same operation on the same inputs, also when they were made separately.</summary>
    internal bool IsSame(LlbVertex other) =>
        ReferenceEquals(this, other)
        // Most that differ do so in what they do themselves; then nothing has to be hashed.
        || (_operation.OpCase == other._operation.OpCase && Proper(_operation).Message.Equals(Proper(other._operation).Message) && Digest == other.Digest);

    /// <summary>An operation whose maps have been filled in ordinal order of their keys: they are written as they are.</summary>
    internal static LlbVertex Create(Op operation, IReadOnlyList<LlbOutput> inputs, VertexOptions options, IReadOnlyList<string> capabilities)
    {
        operation.Constraints = new WorkerConstraints();
        operation.Constraints.Filter.AddRange(options.WorkerFilter);
        return new LlbVertex(operation, inputs, new VertexMetadata(options, capabilities), options.Locations);
    }

    /// <summary>Serializes and hashes it, and before it all it depends on that is not yet.</summary>
    private void Complete()
    {
        if (_bytes is not null)
            return;
        // An explicit stack: graphs of thousands of steps in a row are normal.
        var waiting = new Stack<LlbVertex>([this]);
        while (waiting.TryPeek(out var vertex))
        {
            var known = waiting.Count;
            foreach (var input in vertex.Inputs)
            {
                if (input.Vertex._bytes is null)
                    waiting.Push(input.Vertex);
            }
            if (waiting.Count > known)
                continue;
            vertex.Seal();
            waiting.Pop();
        }
    }

    private void Seal()
    {
        lock (_operation)
        {
            if (_bytes is not null)
                return;
            foreach (var input in Inputs)
                _operation.Inputs.Add(new Input { Digest = input.Vertex._digest.Value, Index = input.Index });
            var bytes = Serialize(_operation);
            _digest = Digest.Sha256(bytes);
            _bytes = bytes;
        }
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
        {
            var (number, message) = Proper(operation);
            fields.Add(new Field(number, message));
        }
        var bytes = new byte[fields.Sum(field => field.Size)];
        var output = new CodedOutputStream(bytes);
        foreach (var field in fields)
            field.Write(output);
        output.CheckNoSpaceLeft();
        return bytes;
    }

    private static (int Number, IMessage Message) Proper(Op operation) => operation.OpCase switch
    {
        Op.OpOneofCase.Exec => (Op.ExecFieldNumber, operation.Exec),
        Op.OpOneofCase.File => (Op.FileFieldNumber, operation.File),
        Op.OpOneofCase.Source => (Op.SourceFieldNumber, operation.Source),
        Op.OpOneofCase.Merge => (Op.MergeFieldNumber, operation.Merge),
        Op.OpOneofCase.Diff => (Op.DiffFieldNumber, operation.Diff),
        Op.OpOneofCase.Build => (Op.BuildFieldNumber, operation.Build),
        Op.OpOneofCase.Passthrough => (Op.PassthroughFieldNumber, operation.Passthrough),
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
