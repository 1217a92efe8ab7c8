using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Functions;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Definitions;

internal sealed partial class DefinitionEvaluator
{
    private readonly HashSet<string> _madeFunctions = new(StringComparer.Ordinal);

    /// <summary>Makes a function of a block, after all its result refers to.</summary>
    private bool EnsureFunction(string name, SourceRange? from = null)
    {
        var key = name + "()";
        if (_madeFunctions.Contains(name))
            return true;
        if (_failed.Contains(key))
            return false;
        // The standard library's functions can't be changed.
        if (_scope.FindFunction(name) is not null)
            return true;
        if (!Enter(key, from))
            return false;
        var function = MakeFunction(_functions[name]);
        Leave();
        if (function is null)
        {
            _failed.Add(key);
            return false;
        }
        _madeFunctions.Add(name);
        _scope.Set(function);
        return true;
    }

    private HclFunction? MakeFunction(FunctionBlock block)
    {
        if (block.Result is null || block.Parameters is null)
        {
            var missing = block.Result is null ? "result" : "params";
            var place = block.Parameters?.Range ?? block.Block.LabelRanges[0];
            _diagnostics.Error(place, $"the function {block.Name} has no {missing}");
            return null;
        }
        if (block.Parameters.Expression.AsList() is not { } list)
        {
            _diagnostics.Error(block.Parameters.Expression.Range, $"the parameters of the function {block.Name} are a list of names", "e.g. params = [a, b]");
            return null;
        }
        var names = list.Select(ReadName).ToList();
        var variadic = block.VariadicParameter is null ? null : ReadName(block.VariadicParameter.Expression);
        if (names.Contains(null) || (block.VariadicParameter is not null && variadic is null))
            return null;
        var parameters = names.OfType<string>().ToList();
        var result = block.Result.Expression;
        IReadOnlyCollection<string> own = variadic is null ? parameters : [.. parameters, variadic];
        if (!CheckNames(result, own) || !EnsureReferences(result, _scope, own))
            return null;
        return new HclFunction(
            block.Name,
            [.. parameters.Select(parameter => new FunctionParameter(parameter, HclType.Dynamic))],
            null,
            arguments => Call(result, parameters, variadic, arguments),
            variadic is null ? null : new FunctionParameter(variadic, HclType.Dynamic));
    }

    /// <summary>A function that is never called must make sense too.</summary>
    private bool CheckNames(Expression result, IReadOnlyCollection<string> own)
    {
        var isFine = true;
        foreach (var reference in result.Variables())
        {
            var name = reference.RootName;
            if (own.Contains(name) || name == DefinitionSchema.Target || _variables.ContainsKey(name) || _attributes.ContainsKey(name) || _scope.FindVariable(name) is not null)
                continue;
            var near = Suggestion.Find(name, own.Concat(_variables.Keys).Concat(_attributes.Keys));
            _diagnostics.Error(reference.RootRange, $"there is no variable \"{name}\"", near is null ? null : $"did you mean {near}?");
            isFine = false;
        }
        foreach (var function in result.Functions().Where(function => _scope.FindFunction(function.Name) is null && !_functions.ContainsKey(function.Name)))
        {
            var near = Suggestion.Find(function.Name, _functions.Keys.Concat(_scope.FunctionNames));
            _diagnostics.Error(function.Range, $"there is no function \"{function.Name}\"", near is null ? null : $"did you mean {near}?");
            isFine = false;
        }
        return isFine;
    }

    private FunctionResult Call(Expression result, List<string> parameters, string? variadic, IReadOnlyList<Value> arguments)
    {
        var scope = new EvaluationScope(_scope);
        for (var i = 0; i < parameters.Count; i++)
            scope.Set(parameters[i], arguments[i]);
        if (variadic is not null)
            scope.Set(variadic, Value.Tuple(arguments.Skip(parameters.Count)));
        var evaluated = result.Evaluate(scope);
        return evaluated.HasErrors ? FunctionResult.Fail(evaluated.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToString()) : evaluated.Value;
    }

    private string? ReadName(Expression expression)
    {
        if (expression.AsKeyword() is { } name)
            return name;
        _diagnostics.Error(expression.Range, "a parameter's name is an identifier");
        return null;
    }
}
