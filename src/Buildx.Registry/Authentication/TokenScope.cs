using System.Diagnostics.CodeAnalysis;

namespace Buildx.Registry;

/// <summary>One scope of a bearer token: <c>type:name:action,action</c>.</summary>
internal sealed record TokenScope(string Type, string Name, IReadOnlySet<string> Actions)
{
    public static TokenScope Pull(string repository) => new("repository", repository, new SortedSet<string>(StringComparer.Ordinal) { "pull" });

    public static TokenScope Push(string repository) => new("repository", repository, new SortedSet<string>(StringComparer.Ordinal) { "pull", "push" });

    public static bool TryParse(string text, [NotNullWhen(true)] out TokenScope? scope)
    {
        scope = null;
        var first = text.IndexOf(':');
        var last = text.LastIndexOf(':');
        if (first <= 0 || last <= first)
            return false;
        scope = new TokenScope(
            text[..first], text[(first + 1)..last],
            new SortedSet<string>(text[(last + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal));
        return true;
    }

    /// <summary>Parses the <c>scope</c> of a challenge; what is no scope is left out.</summary>
    public static IEnumerable<TokenScope> ParseAll(string? text)
    {
        foreach (var word in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryParse(word, out var scope))
                yield return scope;
        }
    }

    /// <summary>One scope per resource, with all its actions, in a stable order.</summary>
    public static IReadOnlyList<TokenScope> Merge(IEnumerable<TokenScope> scopes) =>
    [
        .. scopes
            .GroupBy(scope => (scope.Type, scope.Name))
            .Select(group => new TokenScope(
                group.Key.Type, group.Key.Name, new SortedSet<string>(group.SelectMany(scope => scope.Actions), StringComparer.Ordinal)))
            .OrderBy(scope => scope.ToString(), StringComparer.Ordinal),
    ];

    /// <summary>Whether a token for <paramref name="have"/> is good for all of <paramref name="want"/>.</summary>
    public static bool Covers(IReadOnlyList<TokenScope> have, IReadOnlyList<TokenScope> want) =>
        want.All(one => have.Any(other => other.Type == one.Type && other.Name == one.Name && other.Actions.IsSupersetOf(one.Actions)));

    public override string ToString() => $"{Type}:{Name}:{string.Join(',', Actions)}";
}
