namespace Buildx.Bake.Targets;

/// <summary>All that the definition files say, before targets are chosen and inheritance is followed.</summary>
/// <param name="Variables">Null where no file is of a kind that can have variables.</param>
public sealed record BakeDefinition(IReadOnlyList<BakeGroup> Groups, IReadOnlyList<BakeTarget> Targets, IReadOnlyList<BakeVariable>? Variables)
{
    private Dictionary<string, BakeTarget>? _targetsByName;
    private Dictionary<string, BakeGroup>? _groupsByName;

    public static BakeDefinition Empty { get; } = new([], [], null);

    /// <summary>What is odd, but not wrong.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    public BakeTarget? FindTarget(string name) => (_targetsByName ??= Index(Targets, target => target.Name)).GetValueOrDefault(name);

    public BakeGroup? FindGroup(string name) => (_groupsByName ??= Index(Groups, group => group.Name)).GetValueOrDefault(name);

    /// <summary>Targets and groups in order, but those with an underscore in front, which are for other targets to inherit from.</summary>
    public IReadOnlyList<(string Name, string Description, bool IsGroup)> Listed =>
    [
        .. Targets.Select(target => (target.Name, target.Description, IsGroup: false))
            .Concat(Groups.Select(group => (group.Name, Description: Describe(group), IsGroup: true)))
            .Where(entry => !entry.Name.StartsWith('_'))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal),
    ];

    /// <summary>Several targets of one name become one, so that names are unique.</summary>
    internal BakeDefinition Merge()
    {
        var targets = new List<BakeTarget>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var target in Targets)
        {
            if (places.TryAdd(target.Name, targets.Count))
                targets.Add(target);
            else
                targets[places[target.Name]] = targets[places[target.Name]].Merge(target);
        }
        return new BakeDefinition([.. Groups.Select(group => group with { Targets = [.. group.Targets.Distinct()] })], targets, Variables) { Warnings = Warnings };
    }

    private static string Describe(BakeGroup group)
    {
        var members = string.Join(", ", group.Targets.Order(StringComparer.Ordinal));
        return group.Description.Length == 0 ? members : members.Length == 0 ? group.Description : $"{group.Description} ({members})";
    }

    /// <summary>Of several with one name the first.</summary>
    private static Dictionary<string, T> Index<T>(IReadOnlyList<T> items, Func<T, string> nameOf)
    {
        var byName = new Dictionary<string, T>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
            byName.TryAdd(nameOf(item), item);
        return byName;
    }
}
