using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Values;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Definitions;

internal sealed partial class DefinitionEvaluator
{
    /// <summary>Gives a variable, or an attribute at the top of a file, its value. A name that there isn't is left to the expression that uses it.</summary>
    private bool EnsureVariable(string name, SourceRange? from)
    {
        if (_failed.Contains(name))
            return false;
        if (_scope.FindVariable(name) is not null || (!_variables.ContainsKey(name) && !_attributes.ContainsKey(name)))
            return true;
        if (!Enter(name, from))
            return false;
        var value = ComputeVariable(name);
        Leave();
        if (value is null)
        {
            _failed.Add(name);
            return false;
        }
        _scope.Set(name, value);
        return true;
    }

    private Value? ComputeVariable(string name)
    {
        var variable = _variables.GetValueOrDefault(name);
        var attribute = _attributes.GetValueOrDefault(name) ?? variable?.Default;
        var constraint = _attributes.ContainsKey(name) ? null : ReadConstraint(variable!, out var isWrong) is var read && isWrong ? null : read;
        if (variable is not null && _failed.Contains(TypeKey(variable)))
            return null;
        var type = constraint ?? HclType.Dynamic;
        var given = VariableInput.Find(name, constraint is not null, _options, _variables.ContainsKey);
        if (attribute is null && given is null)
            return constraint is null ? Value.EmptyString : Value.Null(type.WithoutOptionalMembers());
        Value? value = null;
        if (attribute is not null)
        {
            value = Evaluate(attribute.Expression, _scope);
            if (value is null)
                return null;
            var conversion = ValueConversion.Convert(value, type);
            if (conversion.Value is null)
            {
                _diagnostics.Error(attribute.Expression.Range, $"the default value of the variable {name} does not have its type: {conversion}", $"its type is {TypeNames.Constraint(type)}");
                return null;
            }
            value = conversion.Value;
        }
        if (given is null || variable is null)
            return value ?? Value.EmptyString;
        try
        {
            return given.Read(constraint, value);
        }
        catch (FormatException e)
        {
            var wanted = constraint ?? value?.Type;
            _diagnostics.Error(
                variable.Block.DefinitionRange, $"the variable {name} can't have the value that {given.Origin} gives it: {e.Message}",
                wanted is null ? null : $"its type is {TypeNames.Constraint(wanted)}");
            return null;
        }
    }

    private static string TypeKey(VariableBlock variable) => $"type of {variable.Name}";

    private HclType? ReadConstraint(VariableBlock variable, out bool isWrong)
    {
        isWrong = false;
        if (variable.Constraint is not null || variable.Type is null)
            return variable.Constraint;
        var diagnostics = new DiagnosticBag();
        var type = TypeExpression.Read(variable.Type.Expression, diagnostics);
        if (diagnostics.HasErrors)
        {
            // "null" says that there is no type.
            if (variable.Type.Expression.Evaluate(new EvaluationScope()) is { HasErrors: false, Value.IsNull: true })
                return null;
            _diagnostics.AddRange(diagnostics);
            _failed.Add(TypeKey(variable));
            isWrong = true;
            return null;
        }
        return variable.Constraint = type;
    }

    private void ValidateVariables()
    {
        foreach (var variable in _variables.Values.Where(variable => !_failed.Contains(variable.Name)))
        {
            foreach (var validation in variable.Validations)
                Validate(variable, validation);
        }
    }

    private void Validate(VariableBlock variable, VariableValidation validation)
    {
        if (validation.Condition is not { } condition)
        {
            _diagnostics.Error(validation.Block.DefinitionRange, $"a validation of the variable {variable.Name} has no condition");
            return;
        }
        if (Evaluate(condition, _scope) is not { } value)
            return;
        var conversion = ValueConversion.Convert(value, HclType.Bool);
        if (value.IsNull || conversion.Value is not { } result)
        {
            _diagnostics.Error(condition.Range, $"the condition on the variable {variable.Name} is neither true nor false{(value.IsNull ? ", but null" : $": {conversion}")}");
            return;
        }
        if (!result.IsKnown || result.AsBool)
            return;
        var message = $"the variable {variable.Name} does not fulfil this condition";
        if (validation.ErrorMessage is not null && Evaluate(validation.ErrorMessage, _scope) is { HasContent: true } text
            && ValueConversion.Convert(text, HclType.String).Value is { HasContent: true } words)
            message = words.AsString;
        _diagnostics.Error(condition.Range, message, $"{variable.Name} is {ValueText(_scope.FindVariable(variable.Name))}");
    }

    private static string ValueText(Value? value) => value?.ToString() is { Length: <= 80 } text ? text : "set to something else";

    private BakeVariable ListVariable(VariableBlock variable)
    {
        var value = _scope.FindVariable(variable.Name)!;
        var type = variable.Constraint is { } constraint ? TypeNames.Friendly(constraint) : "";
        var text = value.IsNull ? null
            : value.Type.Kind == TypeKind.String && variable.Constraint is not { Kind: TypeKind.Dynamic } ? value.AsString
            : variable.Constraint is { Kind: TypeKind.Dynamic } ? $"{{\"value\":{ValueJson.Write(value)},\"type\":{TypeJson.Write(value.Type)}}}"
            : ValueJson.Write(value);
        return new BakeVariable(variable.Name, variable.Description, type, text);
    }
}
