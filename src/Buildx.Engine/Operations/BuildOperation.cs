using System.Collections.Immutable;
using Buildx.Engine.Solving;
using Buildx.Engine.Trees;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Engine.Operations;

/// <summary>Builds the graph that a file of an input contains: a step of the one build has written the other.</summary>
internal sealed class BuildOperation(BuildOp operation, SolveGraph solve) : IOperation
{
    private const string DefinitionInput = "buildkit.llb.definition";
    private const string DefaultFile = "buildkit.llb.definition";
    private const string FileAttribute = "llbbuild.filename";
    private const long LlbBuilder = -1;
    private const int MaximumSize = 16 << 20;

    public Digest Key { get; } = new KeyHash("build").Add(operation.ToByteArray()).ToDigest();

    public bool DependsOnContent(int input) => false;

    public Task<InputContent> HashContentAsync(int input, OutputTree? tree, OperationContext context, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("a build takes its inputs as a whole");

    public async Task<ImmutableArray<OutputTree?>> ExecuteAsync(OperationContext context, CancellationToken cancellationToken)
    {
        if (operation.Builder != LlbBuilder)
            throw new NotSupportedException($"a build inside of a build is a graph (builder {LlbBuilder}); there is no builder {operation.Builder}");
        if (!operation.Inputs.TryGetValue(DefinitionInput, out var input) || input.Input < 0 || context.Inputs[(int)input.Input] is not { } tree)
            throw new InvalidOperationException($"a build inside of a build needs an input {DefinitionInput} that has the graph");
        var definition = await ReadAsync(tree, cancellationToken);
        return [await solve(definition, context.Build, cancellationToken)];
    }

    private async Task<Definition> ReadAsync(OutputTree tree, CancellationToken cancellationToken)
    {
        var file = operation.Attrs.TryGetValue(FileAttribute, out var name) ? name : DefaultFile;
        await using var open = await tree.OpenAsync(cancellationToken);
        var content = TreeLookup.ReadFile(open.Tree.Root, file, MaximumSize)
            ?? throw new FileNotFoundException($"{file}: not found in the input of a build inside of a build");
        try
        {
            return Definition.Parser.ParseFrom(content);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"{file} is no graph: {e.Message}", e);
        }
    }
}
