using Buildx.Bake.Hcl.Functions;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl;

/// <summary>The variables and functions that an expression can refer to; what is not here is looked for in the parent.</summary>
public sealed class EvaluationScope(EvaluationScope? parent = null)
{
    private readonly Dictionary<string, Value> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HclFunction> _functions = new(StringComparer.Ordinal);

    public EvaluationScope? Parent { get; } = parent;

    /// <summary>Of this scope and its parents.</summary>
    public IEnumerable<string> VariableNames => _variables.Keys.Concat(Parent?.VariableNames ?? []);

    /// <summary>Of this scope and its parents.</summary>
    public IEnumerable<string> FunctionNames => _functions.Keys.Concat(Parent?.FunctionNames ?? []);

    public void Set(string name, Value value) => _variables[name] = value;

    public void Set(HclFunction function) => _functions[function.Name] = function;

    public void Remove(string name) => _variables.Remove(name);

    public Value? FindVariable(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._variables.TryGetValue(name, out var value))
                return value;
        }
        return null;
    }

    public HclFunction? FindFunction(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._functions.TryGetValue(name, out var function))
                return function;
        }
        return null;
    }
}
