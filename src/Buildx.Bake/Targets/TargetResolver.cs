using Buildx.Bake.Entries;
using Buildx.Bake.Overrides;

namespace Buildx.Bake.Targets;

/// <summary>Chooses targets of a definition and completes them: groups, inheritance, overrides, links.</summary>
internal sealed class TargetResolver(BakeDefinition definition, TargetOverrides overrides)
{
    private const string DefaultGroup = "default";
    private const string LinkPrefix = "target:";

    private readonly Dictionary<string, BakeTarget> _resolved = new(StringComparer.Ordinal);
    private readonly HashSet<string> _followed = new(StringComparer.Ordinal);

    // Without those that met a circle: what they are depends on where it was entered.
    private readonly Dictionary<string, BakeTarget> _inherited = new(StringComparer.Ordinal);

    /// <exception cref="BakeException">A target is missing, or links make no sense.</exception>
    public BakePlan Resolve(IReadOnlyList<string> names)
    {
        var chosen = names.Select(TargetName.Sanitize).SelectMany(MatchNames).Distinct().ToList();
        var groups = new Dictionary<string, BakeGroup>(StringComparer.Ordinal);
        foreach (var name in chosen)
        {
            var (targets, groupNames) = Expand(name, []);
            foreach (var target in targets.Distinct())
                _resolved[target] = Complete(target);
            foreach (var group in groupNames)
                groups[group] = definition.FindGroup(group)!;
        }
        AddDefaultGroup(groups, chosen);
        foreach (var name in _resolved.Keys.ToList())
            FollowLinks(name, []);
        return new BakePlan(groups, _resolved);
    }

    /// <summary>What was asked for is the group <c>default</c> of the plan, so that the printed plan builds the same.</summary>
    private static void AddDefaultGroup(Dictionary<string, BakeGroup> groups, List<string> chosen)
    {
        foreach (var name in chosen)
        {
            if (name == DefaultGroup && groups.ContainsKey(DefaultGroup))
                continue;
            var group = groups.GetValueOrDefault(DefaultGroup) ?? new BakeGroup(DefaultGroup, []);
            groups[DefaultGroup] = group with { Targets = [.. group.Targets, name] };
        }
        if (groups.TryGetValue(DefaultGroup, out var all))
            groups[DefaultGroup] = all with { Targets = [.. all.Targets.Distinct().Order(StringComparer.Ordinal)] };
    }

    private IEnumerable<string> MatchNames(string pattern)
    {
        if (!NamePattern.IsPattern(pattern))
            return [pattern];
        try
        {
            var names = definition.Groups.Select(group => group.Name).Concat(definition.Targets.Select(target => target.Name))
                .Where(name => NamePattern.Matches(pattern, name)).ToList();
            return names.Count > 0 ? names : throw new BakeException($"no target matches \"{pattern}\" ({Available()})");
        }
        catch (FormatException e)
        {
            throw new BakeException(e.Message);
        }
    }

    private (IReadOnlyList<string> Targets, IReadOnlyList<string> Groups) Expand(string name, Dictionary<string, (IReadOnlyList<string>, IReadOnlyList<string>)> visited)
    {
        if (visited.TryGetValue(name, out var known))
            return known;
        if (definition.FindGroup(name) is not { } group)
            return ([name], []);
        visited[name] = ([], []);
        var targets = new List<string>();
        var groups = new List<string> { name };
        foreach (var member in group.Targets)
        {
            var (memberTargets, memberGroups) = Expand(member, visited);
            // A group that contains itself stands for the target of its name.
            targets.AddRange(memberTargets.Count > 0 ? memberTargets : [member]);
            groups.AddRange(memberGroups);
        }
        return visited[name] = (targets, groups);
    }

    private BakeTarget Complete(string name)
    {
        var target = Inherit(name, [], out _) ?? throw NotFound(name);
        return target with
        {
            Inherits = [],
            Context = target.Context ?? (target.Origin.Default is { } directory ? ContextPaths.Rebase(directory, ".") : "."),
            Dockerfile = string.IsNullOrEmpty(target.Dockerfile) ? "Dockerfile" : target.Dockerfile,
        };
    }

    /// <param name="visited">What was met on the way to here and after it: null while its own inheritance is being followed.</param>
    /// <returns>Null for a target whose own inheritance is being followed.</returns>
    private BakeTarget? Inherit(string name, Dictionary<string, BakeTarget?> visited, out bool meetsCircle)
    {
        meetsCircle = false;
        if (visited.TryGetValue(name, out var known) || _inherited.TryGetValue(name, out known))
        {
            meetsCircle = !_inherited.ContainsKey(name);
            return known;
        }
        visited[name] = null;
        var target = definition.FindTarget(name) ?? throw NotFound(name);
        var parents = new BakeTarget(name);
        foreach (var parent in target.Inherits)
        {
            if (Inherit(parent, visited, out var isCircular) is { } inherited)
                parents = parents.Merge(inherited);
            meetsCircle |= isCircular;
        }
        var complete = overrides.Apply(parents.Merge(target) with { Name = name }).Normalize();
        if (!meetsCircle)
            _inherited[name] = complete;
        return visited[name] = complete;
    }

    private void FollowLinks(string name, List<string> path)
    {
        if (!_followed.Add(name))
            return;
        path.Add(name);
        foreach (var (contextName, source) in _resolved[name].Contexts ?? new Dictionary<string, string>())
        {
            if (!source.StartsWith(LinkPrefix, StringComparison.Ordinal))
                continue;
            var linked = source[LinkPrefix.Length..];
            if (linked == name)
                throw new BakeException($"target {name}: its context {contextName} is the target itself");
            if (path.Contains(linked))
                throw new BakeException($"the contexts of targets go round in a circle: {string.Join(" -> ", path)} -> {linked}");
            if (!_resolved.ContainsKey(linked))
                _resolved[linked] = Complete(linked) with { Outputs = [new OutputEntry("cacheonly", [])], IsLinked = true };
            FollowLinks(linked, path);
            TakeOver(name, linked);
        }
        path.RemoveAt(path.Count - 1);
    }

    private void TakeOver(string name, string linked)
    {
        var (target, source) = (_resolved[name], _resolved[linked]);
        // What the linked target must be allowed, its user must be allowed too.
        if (source.Entitlements?.Where(entitlement => target.Entitlements?.Contains(entitlement) != true).ToList() is { Count: > 0 } more)
            _resolved[name] = target with { Entitlements = [.. target.Entitlements ?? [], .. more] };
        if (target.Platforms is { Count: > 1 } && source.Platforms is { Count: > 1 } && !target.Platforms.All(source.Platforms.Contains))
        {
            throw new BakeException(
                $"target {name} is for {string.Join(", ", target.Platforms)}, but {linked}, which it is linked to, is for {string.Join(", ", source.Platforms)} only");
        }
    }

    private BakeException NotFound(string name)
    {
        var names = definition.Groups.Select(group => group.Name).Concat(definition.Targets.Select(target => target.Name)).ToList();
        var hint = Suggestion.Phrase(name, names);
        return new BakeException($"there is no target \"{name}\"{(hint.Length > 0 ? hint : $" ({Available()})")}");
    }

    private string Available()
    {
        var names = definition.Groups.Select(group => group.Name).Concat(definition.Targets.Select(target => target.Name))
            .Where(name => !name.StartsWith('_')).Distinct().Order(StringComparer.Ordinal).ToList();
        return names.Count switch
        {
            0 => "the definition has none",
            <= 12 => $"there are: {string.Join(", ", names)}",
            _ => $"there are {names.Count}, see --list=targets",
        };
    }
}
