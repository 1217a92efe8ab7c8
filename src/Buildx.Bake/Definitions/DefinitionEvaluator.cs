using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Functions;
using Buildx.Bake.Hcl.Values;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Definitions;

/// <summary>
/// Evaluates the bodies of definition files as one. Nothing has an order: what an expression refers to is evaluated before it,
/// whichever block or file it is in. All that is wrong is collected; what depends on something wrong is left out silently.
/// </summary>
internal sealed partial class DefinitionEvaluator
{
    private readonly BakeOptions _options;
    private readonly DiagnosticBag _diagnostics = new();
    private readonly EvaluationScope _scope = new();

    private readonly Dictionary<string, VariableBlock> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HclAttribute> _attributes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FunctionBlock> _functions = new(StringComparer.Ordinal);
    private readonly List<TargetBlock> _targetBlocks = [];
    private readonly List<HclBlock> _groupBlocks = [];

    // What is being evaluated right now, from the outside in: whoever is met again closes a circle.
    private readonly List<(string What, SourceRange? From)> _path = [];
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);

    private DefinitionEvaluator(BakeOptions options)
    {
        _options = options;
        StandardLibrary.AddTo(_scope);
        foreach (var (name, value) in options.BuiltInVariables)
            _scope.Set(name, Value.String(value));
    }

    /// <param name="below">What Compose files say; the result is laid over it.</param>
    /// <exception cref="BakeException">All that is wrong.</exception>
    public static BakeDefinition Evaluate(IReadOnlyList<Body> bodies, BakeDefinition below, BakeOptions options)
    {
        var evaluator = new DefinitionEvaluator(options);
        foreach (var body in bodies)
            evaluator.ReadBody(body);
        evaluator.ThrowIfWrong();
        return evaluator.Evaluate(below);
    }

    private BakeDefinition Evaluate(BakeDefinition below)
    {
        foreach (var name in _variables.Keys)
            EnsureVariable(name, null);
        ValidateVariables();
        foreach (var block in _targetBlocks)
            FindInstances(block);
        foreach (var function in _functions.Values)
            EnsureFunction(function.Name);
        foreach (var block in _targetBlocks)
        {
            foreach (var instance in block.Instances)
                EvaluateAll(instance);
        }
        var groups = EvaluateGroups(below.Groups);
        foreach (var name in _attributes.Keys)
            EnsureVariable(name, null);
        ThrowIfWrong();
        return new BakeDefinition(
            [.. groups, .. MatrixGroups()],
            [.. below.Targets, .. _targetBlocks.SelectMany(block => block.Instances).Select(instance => instance.Target)],
            [.. _variables.Values.Select(ListVariable)])
        {
            Warnings = [.. below.Warnings, .. _diagnostics],
        };
    }

    private void ReadBody(Body body)
    {
        var content = body.ReadPartly(DefinitionSchema.File, _diagnostics);
        foreach (var block in content.Blocks)
        {
            switch (block.Type)
            {
                case DefinitionSchema.Variable when !IsReserved(block.Labels[0]):
                    _variables[block.Labels[0]] = VariableBlock.Read(block, _diagnostics);
                    break;
                case DefinitionSchema.Function when !IsReserved(block.Labels[0]):
                    _functions[block.Labels[0]] = FunctionBlock.Read(block, _diagnostics);
                    break;
                case DefinitionSchema.Target:
                    _targetBlocks.Add(ReadTarget(block));
                    break;
                case DefinitionSchema.Group:
                    _groupBlocks.Add(block);
                    break;
            }
        }
        // Other kinds of blocks belong to other programs; what is said about them here doesn't count.
        foreach (var attribute in content.Rest.ReadAttributes(new DiagnosticBag()))
        {
            if (!IsReserved(attribute.Name) && attribute.Name != DefinitionSchema.Function)
                _attributes[attribute.Name] = attribute;
        }
    }

    private bool IsReserved(string name) => name is DefinitionSchema.Target or DefinitionSchema.Group || _options.BuiltInVariables.ContainsKey(name);

    private TargetBlock ReadTarget(HclBlock block)
    {
        var content = block.Body.ReadPartly(DefinitionSchema.TargetBlock, _diagnostics);
        foreach (var other in content.Rest.ReadAttributes(new DiagnosticBag()))
        {
            var near = Suggestion.Find(other.Name, TargetAttribute.ByName.Keys);
            _diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"a target has no attribute {other.Name}; it has no effect", [other.NameRange.Range])
            {
                Source = other.NameRange.Source,
                Hint = near is null ? null : $"did you mean {near}?",
            });
        }
        return new TargetBlock(block, content);
    }

    private void ThrowIfWrong()
    {
        if (_diagnostics.HasErrors)
            throw new BakeException([.. _diagnostics]);
    }
}
