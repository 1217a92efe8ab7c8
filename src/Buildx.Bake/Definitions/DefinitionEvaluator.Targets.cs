using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Values;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Definitions;

internal sealed partial class DefinitionEvaluator
{
    private bool EvaluateAll(TargetInstance instance, SourceRange? from = null)
    {
        var isFine = true;
        foreach (var name in instance.Block.Attributes.Keys)
            isFine &= EnsureAttribute(instance, name, from);
        return isFine;
    }

    /// <summary>Finds the names of a block's targets; without a matrix it is the label.</summary>
    private void FindInstances(TargetBlock block)
    {
        var place = block.Block.LabelRanges[0];
        if (!CheckName(block.Label, place) || Scopes(block) is not { } scopes)
            return;
        if (block.Name is not null && block.Matrix is null)
        {
            _diagnostics.Error(place, $"the target {block.Label} has a name, but no matrix that it would be for", "without a matrix the label is the name");
            return;
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var scope in scopes)
        {
            if (FindName(block, scope) is not { } name || !CheckName(name, place))
                return;
            if (!names.Add(name))
            {
                _diagnostics.Error(
                    place, $"two of the targets that the matrix of {block.Label} makes have the name \"{name}\"",
                    block.Name is null ? "give the target a name that has all axes in it: name = \"${...}\"" : "the name needs all axes of the matrix in it");
                return;
            }
            var instance = new TargetInstance(block, name, scope) { Target = new BakeTarget(name) { Origin = OriginOf(block) } };
            block.Instances.Add(instance);
            if (!_instancesByName.TryGetValue(name, out var instances))
                _instancesByName[name] = instances = [];
            instances.Add(instance);
        }
    }

    private string? FindName(TargetBlock block, EvaluationScope scope)
    {
        if (block.Name is null)
            return block.Label;
        if (Evaluate(block.Name.Expression, scope) is not { } value)
            return null;
        if (value.HasContent && ValueConversion.Convert(value, HclType.String).Value is { HasContent: true } name)
            return name.AsString;
        _diagnostics.Error(block.Name.Expression.Range, $"the name of a target is a string, not {(value.IsNull ? "null" : TypeNames.Friendly(value.Type))}");
        return null;
    }

    /// <summary>One scope for each combination of the matrix' axes.</summary>
    private List<EvaluationScope>? Scopes(TargetBlock block)
    {
        if (block.Matrix is null)
            return [_scope];
        if (Evaluate(block.Matrix.Expression, _scope) is not { } matrix)
            return null;
        if (!matrix.HasContent || matrix.Type.Kind is not (TypeKind.Map or TypeKind.Object))
        {
            _diagnostics.Error(
                block.Block.LabelRanges[0], $"the matrix of the target {block.Label} is an object with a list for each axis, not {(matrix.IsNull ? "null" : TypeNames.Friendly(matrix.Type))}",
                "e.g. matrix = { version = [\"1\", \"2\"] }");
            return null;
        }
        var combinations = new List<IReadOnlyList<KeyValuePair<string, Value>>> { Array.Empty<KeyValuePair<string, Value>>() };
        foreach (var (axis, values) in matrix.Members)
        {
            if (!values.HasContent || !values.Type.IsIterable)
            {
                _diagnostics.Error(block.Block.LabelRanges[0], $"the axis {axis} of the matrix of the target {block.Label} is a list, not {(values.IsNull ? "null" : TypeNames.Friendly(values.Type))}");
                return null;
            }
            combinations = [.. values.Content.SelectMany(value => combinations.Select(combination => (IReadOnlyList<KeyValuePair<string, Value>>)[.. combination, new(axis, value)]))];
        }
        return [.. combinations.Select(combination =>
        {
            var scope = new EvaluationScope(_scope);
            foreach (var (axis, value) in combination)
                scope.Set(axis, value);
            return scope;
        })];
    }

    private bool CheckName(string name, SourceRange place)
    {
        if (TargetName.IsValid(name))
            return true;
        _diagnostics.Error(place, $"\"{name}\" can't be a target's name", TargetName.Rule);
        return false;
    }

    private PathOrigin OriginOf(TargetBlock block)
    {
        if (!_options.PathsAreRelativeToFiles)
            return PathOrigin.WorkingDirectory;
        var directory = DefinitionFiles.DirectoryOf(block.Block.DefinitionRange.Source);
        var context = block.Attributes.GetValueOrDefault("context");
        // The context of another target, letter by letter, is where that one's is.
        var contextOf = context?.Expression.AsTraversal() is { RootName: DefinitionSchema.Target, Steps: [var step, { Name: "context" }] }
            ? step.Name ?? (step.Key is { HasContent: true, Type.Kind: TypeKind.String } key ? key.AsString : null)
            : null;
        return new PathOrigin(directory, context is null ? null : directory, contextOf, new Dictionary<string, string>());
    }

    /// <summary>The label of a block with a matrix is a group of all its targets.</summary>
    private IEnumerable<BakeGroup> MatrixGroups()
    {
        foreach (var blocks in _targetBlocks.GroupBy(block => block.Label))
        {
            var names = blocks.SelectMany(block => block.Instances).Select(instance => instance.Target.Name).Distinct().ToList();
            if (names.Count > 0 && names is not [var only] || names is [var single] && single != blocks.Key)
                yield return new BakeGroup(blocks.Key, names);
        }
    }

    private List<BakeGroup> EvaluateGroups(IReadOnlyList<BakeGroup> below)
    {
        var groups = below.ToList();
        foreach (var block in _groupBlocks)
        {
            var place = block.LabelRanges[0];
            var content = block.Body.ReadPartly(DefinitionSchema.GroupBlock, _diagnostics);
            foreach (var attribute in content.Attributes.Where(attribute => attribute.Name is "name" or "matrix"))
                _diagnostics.Error(place, $"the group {block.Labels[0]} has a {attribute.Name}, which only targets can have");
            if (!CheckName(block.Labels[0], place))
                continue;
            if (content.Find("targets") is null)
                _diagnostics.Error(block.DefinitionRange, $"the group {block.Labels[0]} has no targets", "e.g. targets = [\"app\"]");
            var names = ReadNames(content.Find("targets"));
            var group = new BakeGroup(block.Labels[0], names ?? [], ReadDescription(content.Find("description"))) { IsUnsaid = names is null };
            var index = groups.FindIndex(known => known.Name == group.Name);
            if (index < 0)
                groups.Add(group);
            else
                groups[index] = group;
        }
        return groups;
    }

    /// <returns>Null where it is null.</returns>
    private IReadOnlyList<string>? ReadNames(HclAttribute? attribute)
    {
        if (attribute is null || Evaluate(attribute.Expression, _scope) is not { } value || value.IsNull)
            return null;
        var conversion = ValueConversion.Convert(value, HclType.List(HclType.String));
        if (conversion.Value is not { } names)
            _diagnostics.Error(attribute.Expression.Range, $"the targets of a group are a list of names: {conversion}");
        else if (names.Elements.Any(name => name.IsNull))
            _diagnostics.Error(attribute.Expression.Range, "a name of a target is null");
        else
            return [.. names.Elements.Select(name => name.AsString)];
        return [];
    }

    private string ReadDescription(HclAttribute? attribute)
    {
        if (attribute is null || Evaluate(attribute.Expression, _scope) is not { } value)
            return "";
        if (value.HasContent && ValueConversion.Convert(value, HclType.String).Value is { } text)
            return text.AsString;
        _diagnostics.Error(attribute.Expression.Range, $"a description is a string, not {(value.IsNull ? "null" : TypeNames.Friendly(value.Type))}");
        return "";
    }
}
