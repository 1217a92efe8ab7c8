using Buildx.Bake.Hcl.Functions;
using Buildx.Bake.Hcl.Syntax;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl;

/// <summary>The variables and functions that an expression can refer to; what is not here is looked for in the parent.</summary>
public sealed class EvaluationScope(EvaluationScope? parent = null)
{
    private Dictionary<string, Value>? _variables;
    private Dictionary<string, HclFunction>? _functions;

    public EvaluationScope? Parent { get; } = parent;

    /// <summary>Of this scope and its parents.</summary>
    public IEnumerable<string> VariableNames => (_variables?.Keys.Where(Identifier.IsValid) ?? []).Concat(Parent?.VariableNames ?? []);

    /// <summary>Of this scope and its parents.</summary>
    public IEnumerable<string> FunctionNames => (_functions?.Keys ?? Enumerable.Empty<string>()).Concat(Parent?.FunctionNames ?? []);

    public void Set(string name, Value value) => (_variables ??= new(StringComparer.Ordinal))[name] = value;

    public void Set(HclFunction function) => (_functions ??= new(StringComparer.Ordinal))[function.Name] = function;

    public void Remove(string name) => _variables?.Remove(name);

    public Value? FindVariable(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._variables is { } variables && variables.TryGetValue(name, out var value))
                return value;
        }
        return null;
    }

    public HclFunction? FindFunction(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._functions is { } functions && functions.TryGetValue(name, out var function))
                return function;
        }
        return null;
    }
}
