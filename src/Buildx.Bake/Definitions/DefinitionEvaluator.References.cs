using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Values;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Definitions;

internal sealed partial class DefinitionEvaluator
{
    // Targets that an expression referred to, as expressions see them, and what they were then.
    private readonly Dictionary<string, Value> _shownTargets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<BakeTarget>> _shownFrom = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<TargetInstance>> _instancesByName = new(StringComparer.Ordinal);
    private bool _hasNewTargets;

    /// <summary>Evaluates an expression after all it refers to.</summary>
    /// <returns>Null where something is wrong; it has been told then.</returns>
    private Value? Evaluate(Expression expression, EvaluationScope scope)
    {
        if (!EnsureReferences(expression, scope, []))
            return null;
        var diagnostics = new DiagnosticBag();
        var value = expression.Evaluate(scope, diagnostics);
        _diagnostics.AddRange(diagnostics);
        return diagnostics.HasErrors ? null : value;
    }

    /// <param name="own">Names that the expression gets from somewhere else: a function's parameters.</param>
    private bool EnsureReferences(Expression expression, EvaluationScope scope, IReadOnlyCollection<string> own)
    {
        var isFine = true;
        foreach (var function in expression.Functions())
        {
            if (_functions.ContainsKey(function.Name))
                isFine &= EnsureFunction(function.Name, function.Range);
        }
        var seesTargets = false;
        foreach (var reference in expression.Variables())
        {
            if (own.Contains(reference.RootName) || IsLocal(scope, reference.RootName))
                continue;
            if (reference.RootName == DefinitionSchema.Target)
            {
                seesTargets = true;
                isFine &= EnsureTarget(reference);
            }
            else
            {
                isFine &= EnsureVariable(reference.RootName, reference.RootRange);
            }
        }
        if (seesTargets && (_hasNewTargets || _shownTargets.Count == 0))
        {
            _scope.Set(DefinitionSchema.Target, Value.Object(_shownTargets));
            _hasNewTargets = false;
        }
        return isFine;
    }

    /// <summary>Whether a matrix gives the name its value.</summary>
    private static bool IsLocal(EvaluationScope scope, string name) =>
        scope.Parent is { } parent && scope.FindVariable(name) is { } value && !ReferenceEquals(parent.FindVariable(name), value);

    private bool EnsureTarget(Traversal reference)
    {
        if (reference.Steps.Count == 0 || reference.Steps[0].Name is not { } name)
        {
            _diagnostics.Error(reference.Range, "target can't be used as a value by itself", "name a target and one of its attributes: target.NAME.ATTRIBUTE");
            return false;
        }
        var instances = _instancesByName.GetValueOrDefault(name) ?? [];
        var isFine = true;
        foreach (var instance in instances)
        {
            if (reference.Steps.Count > 1 && reference.Steps[1].Name is { } attribute)
                isFine &= !TargetAttribute.ByName.ContainsKey(attribute) || EnsureAttribute(instance, attribute, reference.Range);
            else
                isFine &= EvaluateAll(instance, reference.Range);
        }
        if (instances.Count > 0)
            Show(name, instances.ConvertAll(instance => instance.Target));
        return isFine;
    }

    /// <summary>Makes a target visible to expressions as it is now; most are as they were the last time.</summary>
    private void Show(string name, List<BakeTarget> parts)
    {
        if (_shownFrom.TryGetValue(name, out var before) && before.Count == parts.Count && before.Zip(parts).All(pair => ReferenceEquals(pair.First, pair.Second)))
            return;
        _shownFrom[name] = parts;
        _shownTargets[name] = TargetAttribute.ShowAll(parts.Aggregate((below, over) => below.Merge(over)));
        _hasNewTargets = true;
    }

    private bool EnsureAttribute(TargetInstance instance, string name, SourceRange? from)
    {
        if (instance.Evaluated.Contains(name) || !instance.Block.Attributes.TryGetValue(name, out var attribute))
            return true;
        var key = $"target.{instance.Target.Name}.{name}";
        // Several blocks of one target may each have the attribute.
        var id = $"{key}@{attribute.Range}";
        if (_failed.Contains(id))
            return false;
        if (!Enter(key, from))
            return false;
        var isFine = ReadAttribute(instance, attribute);
        Leave();
        instance.Evaluated.Add(name);
        if (!isFine)
        {
            _failed.Add(id);
            instance.Evaluated.Remove(name);
        }
        return isFine;
    }

    private bool ReadAttribute(TargetInstance instance, HclAttribute attribute)
    {
        if (Evaluate(attribute.Expression, instance.Scope) is not { } value)
            return false;
        var definition = TargetAttribute.ByName[attribute.Name];
        if (definition.Type is { } type)
        {
            var conversion = ValueConversion.Convert(value, type);
            if (conversion.Value is null)
            {
                _diagnostics.Error(attribute.Expression.Range, $"{attribute.Name} can't have this value: {conversion}", $"{attribute.Name} is a {TypeNames.Friendly(type)}");
                return false;
            }
            value = conversion.Value;
        }
        if (!value.IsWhollyKnown)
            return false;
        try
        {
            instance.Target = definition.Read(instance.Target, value);
            return true;
        }
        catch (FormatException e)
        {
            _diagnostics.Error(attribute.Expression.Range, $"{attribute.Name}: {e.Message}");
            return false;
        }
    }

    /// <summary>Notes that something is evaluated now.</summary>
    /// <returns>False when it is already: then it depends on itself, which is told.</returns>
    private bool Enter(string what, SourceRange? from)
    {
        var start = _path.FindIndex(entered => entered.What == what);
        if (start < 0)
        {
            _path.Add((what, from));
            return true;
        }
        // The place to look at is where the first of the circle refers to the second, and then where it closes.
        var circle = string.Join(" -> ", _path.Skip(start).Select(entered => entered.What).Append(what));
        var places = _path.Skip(start + 1).Select(entered => entered.From).Append(from).OfType<SourceRange>().ToList();
        if (places is [var first, ..])
        {
            _diagnostics.Add(Diagnostic.Error(first, $"{what} depends on itself: {circle}") with
            {
                Ranges = [.. places.Where(place => ReferenceEquals(place.Source, first.Source)).Select(place => place.Range)],
            });
        }
        return false;
    }

    private void Leave() => _path.RemoveAt(_path.Count - 1);
}
