using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Llb;

/// <summary>
/// A graph read from its definition and checked: every digest recomputed, every input known and of an index that its
/// operation has, every number inside an operation that points at an input within range.
/// </summary>
public sealed class LlbGraph
{
    private LlbGraph(IReadOnlyList<LlbVertex> vertices, LlbOutput? output) => (Vertices, Output) = (vertices, output);

    /// <summary>What the result depends on, inputs before those who use them, each once.</summary>
    public IReadOnlyList<LlbVertex> Vertices { get; }

    /// <summary>Null for an empty file system.</summary>
    public LlbOutput? Output { get; }

    /// <exception cref="InvalidLlbException">The definition contradicts itself; the message says where.</exception>
    public static LlbGraph Read(Definition definition)
    {
        if (definition.Def.Count == 0)
            return new LlbGraph([], null);
        var operations = new Dictionary<string, (Op Operation, ByteString Bytes)>(definition.Def.Count);
        var last = "";
        for (var i = 0; i < definition.Def.Count; i++)
        {
            Op operation;
            try
            {
                operation = Op.Parser.ParseFrom(definition.Def[i]);
            }
            catch (InvalidProtocolBufferException e)
            {
                throw new InvalidLlbException($"operation {i} of the graph is not a serialized operation: {e.Message}");
            }
            last = Digest.Sha256(definition.Def[i].Span).Value;
            operations[last] = (operation, definition.Def[i]);
        }
        var head = operations[last].Operation;
        if (head.OpCase != Op.OpOneofCase.None)
            throw new InvalidLlbException("the graph's last operation must be empty, with the result as its only input");
        if (head.Inputs.Count == 0)
            return new LlbGraph([], null);
        if (head.Inputs.Count != 1)
            throw new InvalidLlbException($"the graph's last operation must have one input, the result; it has {head.Inputs.Count}");
        var output = new Reader(definition, operations).Resolve(head.Inputs[0]);
        return new LlbGraph(TopologicalOrder(output.Vertex), output);
    }

    internal static List<LlbVertex> TopologicalOrder(LlbVertex root)
    {
        // An explicit stack: graphs of thousands of steps in a row are normal.
        var order = new List<LlbVertex>();
        // Equal vertices need not be the same object.
        var seen = new HashSet<string>(StringComparer.Ordinal) { root.Digest.Value };
        var stack = new Stack<(LlbVertex Vertex, int Next)>();
        stack.Push((root, 0));
        while (stack.TryPop(out var item))
        {
            if (item.Next == item.Vertex.Inputs.Count)
            {
                order.Add(item.Vertex);
                continue;
            }
            stack.Push((item.Vertex, item.Next + 1));
            var input = item.Vertex.Inputs[item.Next].Vertex;
            if (seen.Add(input.Digest.Value))
                stack.Push((input, 0));
        }
        return order;
    }

    private sealed class Reader(Definition definition, Dictionary<string, (Op Operation, ByteString Bytes)> operations)
    {
        private static readonly OpMetadata NoMetadata = new();

        private readonly Dictionary<string, LlbVertex> _vertices = [];
        private readonly List<LlbSourceFile> _files = (definition.Source?.Infos ?? []).Select(info => new LlbSourceFile(
            info.Filename, info.Language, info.Data.Memory, info.Definition is null ? null : Read(info.Definition).Output)).ToList();

        public LlbOutput Resolve(Input root)
        {
            var stack = new Stack<string>();
            stack.Push(Known(root.Digest, null));
            while (stack.TryPeek(out var digest))
            {
                if (_vertices.ContainsKey(digest))
                {
                    stack.Pop();
                    continue;
                }
                var (operation, bytes) = operations[digest];
                var ready = true;
                foreach (var input in operation.Inputs)
                {
                    if (!_vertices.ContainsKey(Known(input.Digest, digest)))
                    {
                        stack.Push(input.Digest);
                        ready = false;
                    }
                }
                // A cycle would need a digest that contains itself, so this ends.
                if (!ready)
                    continue;
                stack.Pop();
                _vertices.Add(digest, Build(digest, operation, bytes));
            }
            return Output(root, null);
        }

        private string Known(string digest, string? user) => operations.ContainsKey(digest)
            ? digest
            : throw new InvalidLlbException($"{(user is null ? "the graph's result" : $"operation {user}")} uses {digest}, which is not in the graph");

        private LlbOutput Output(Input input, string? user)
        {
            var vertex = _vertices[input.Digest];
            if (input.Index < 0 || input.Index >= vertex.OutputCount)
            {
                throw new InvalidLlbException(
                    $"{(user is null ? "the graph's result" : $"operation {user}")} uses output {input.Index} of {input.Digest}, which has {vertex.OutputCount} outputs");
            }
            return new LlbOutput(vertex, (int)input.Index);
        }

        private LlbVertex Build(string digest, Op operation, ByteString bytes)
        {
            LlbOperationCheck.Check(digest, operation);
            var inputs = operation.Inputs.Select(input => Output(input, digest)).ToArray();
            var metadata = definition.Metadata.TryGetValue(digest, out var found) ? found : NoMetadata;
            var locations = new List<LlbSourceLocation>();
            if (definition.Source is not null && definition.Source.Locations.TryGetValue(digest, out var places))
            {
                foreach (var place in places.Locations_)
                {
                    if (place.SourceIndex < 0 || place.SourceIndex >= _files.Count)
                        throw new InvalidLlbException($"operation {digest} points into source file {place.SourceIndex}, of which there are {_files.Count}");
                    locations.Add(new LlbSourceLocation(_files[place.SourceIndex], [.. place.Ranges.Select(LlbSourceRange.Read)]));
                }
            }
            return new LlbVertex(Digest.Parse(digest), bytes.ToByteArray(), operation, inputs, new VertexMetadata(metadata), locations);
        }
    }
}
