using Buildx.Bake.Targets;

namespace Buildx.Bake.Overrides;

/// <summary>All that <c>--set PATTERN.KEY[.NAME][+]=VALUE</c> and its shorthands say, by target.</summary>
internal sealed partial class TargetOverrides
{
    private readonly Dictionary<string, List<TargetOverride>> _byTarget = new(StringComparer.Ordinal);

    public static TargetOverrides None { get; } = new();

    public OverrideGrants Grants { get; } = new();

    /// <param name="lookup">The environment, for arguments without a value; null where it must not be asked.</param>
    /// <exception cref="BakeException">All that is wrong with them.</exception>
    public static TargetOverrides Parse(IEnumerable<string> texts, BakeDefinition definition, Func<string, string?>? lookup)
    {
        var overrides = new TargetOverrides();
        var problems = new List<Diagnostic>();
        foreach (var text in texts)
        {
            try
            {
                overrides.Add(text, definition, lookup);
            }
            catch (FormatException e)
            {
                problems.Add(Diagnostic.Error($"--set {text}: {e.Message}"));
            }
        }
        return problems.Count == 0 ? overrides : throw new BakeException(problems);
    }

    private void Add(string text, BakeDefinition definition, Func<string, string?>? lookup)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var left = equals < 0 ? text : text[..equals];
        var value = equals < 0 ? null : text[(equals + 1)..];
        var appends = left.EndsWith('+');
        var parts = left.TrimEnd('+').Split('.', 3);
        if (parts.Length < 2)
            throw new FormatException("this is not of the form TARGET.KEY=VALUE");
        var (pattern, key, subkey) = (parts[0], parts[1], parts.Length == 3 ? parts[2] : null);
        if (!OverrideKeys.All.Contains(key))
            throw new FormatException($"there is no key \"{key}\"{Suggestion.Phrase(key, OverrideKeys.All)} (want one of {string.Join(", ", OverrideKeys.All)})");
        if (OverrideKeys.Maps.Contains(key) && string.IsNullOrEmpty(subkey))
            throw new FormatException($"{key} needs a name: {pattern}.{key}.NAME=VALUE");
        if (!OverrideKeys.Maps.Contains(key) && subkey is not null)
            throw new FormatException($"{key} takes no name: {pattern}.{key}=VALUE");
        if (appends && key is "resources" or "secret" && appends)
            throw new FormatException($"{key} can't be added to with +=");
        if (value is null && key != "args")
            throw new FormatException("there is no value: TARGET.KEY=VALUE");
        if (value is null && lookup is not null)
        {
            if (lookup(subkey!) is not { } found)
                return;
            value = found;
        }
        foreach (var target in ExpandTargets(pattern, definition))
            Add(target, new TargetOverride(key, subkey, [value ?? ""], appends));
    }

    private void Add(string target, TargetOverride added)
    {
        if (!_byTarget.TryGetValue(target, out var overrides))
            _byTarget[target] = overrides = [];
        var index = overrides.FindIndex(known => known.Key == added.Key && known.Subkey == added.Subkey);
        if (index < 0)
            overrides.Add(added);
        else
            overrides[index] = added with { Values = OverrideKeys.Lists.Contains(added.Key) ? [.. overrides[index].Values, .. added.Values] : added.Values };
    }

    private static IReadOnlyList<string> ExpandTargets(string pattern, BakeDefinition definition)
    {
        if (definition.FindTarget(pattern) is not null)
            return [pattern];
        var names = definition.Targets.Select(target => target.Name).Where(name => NamePattern.Matches(pattern, name)).ToList();
        return names.Count > 0
            ? names
            : throw new FormatException($"no target matches \"{pattern}\"{Suggestion.Phrase(pattern, definition.Targets.Select(target => target.Name))}");
    }
}
