namespace Buildx.Bake.Hcl.Functions;

/// <summary>One condition of a <see cref="VersionConstraint"/>.</summary>
/// <param name="Parts">How many parts of the version are given: of <c>1.x</c> one, of <c>*</c> none.</param>
internal sealed record VersionTest(string Operator, SemanticVersion Bound, int Parts)
{
    public static VersionTest? Parse(string symbol, string text)
    {
        var end = text.IndexOfAny(['-', '+']);
        var numbers = (end < 0 ? text : text[..end]).TrimStart('v').Split('.');
        var given = numbers.TakeWhile(number => number is not ("x" or "X" or "*")).Take(3).ToList();
        var core = string.Join('.', given.Concat(Enumerable.Repeat("0", 3 - given.Count)));
        return SemanticVersion.TryParse(core + (end < 0 ? "" : text[end..]), out var bound) ? new VersionTest(symbol, bound, given.Count) : null;
    }

    public bool IsMetBy(SemanticVersion version) => Operator switch
    {
        "" or "=" => Parts < 3 ? IsNear(version) : version.CompareTo(Bound) == 0,
        "!=" => IsOther(version),
        ">" => IsGreater(version),
        "<" => version.CompareTo(Bound) < 0,
        ">=" or "=>" => version.CompareTo(Bound) >= 0,
        "<=" or "=<" => IsAtMost(version),
        "~" or "~>" => IsNear(version),
        _ => IsCompatible(version),
    };

    private bool IsOther(SemanticVersion version) => Parts switch
    {
        3 => version.CompareTo(Bound) != 0,
        // Of a wildcard alone nothing is another.
        0 => version.Major != 0 || version.Minor != 0 || version.Patch != 0,
        1 => version.Major != Bound.Major,
        _ => version.Major != Bound.Major || version.Minor != Bound.Minor || ((version.Prerelease.Length > 0 || Bound.Prerelease.Length > 0) && version.Prerelease != Bound.Prerelease),
    };

    private bool IsGreater(SemanticVersion version) => Parts switch
    {
        1 => version.Major > Bound.Major,
        2 => version.Major != Bound.Major ? version.Major > Bound.Major : version.Minor > Bound.Minor,
        _ => version.CompareTo(Bound) > 0,
    };

    private bool IsAtMost(SemanticVersion version) => Parts switch
    {
        3 => version.CompareTo(Bound) <= 0,
        1 => version.Major <= Bound.Major,
        _ => version.Major < Bound.Major || (version.Major == Bound.Major && version.Minor <= Bound.Minor),
    };

    private bool IsNear(SemanticVersion version)
    {
        if (version.CompareTo(Bound) < 0)
            return false;
        // Zero, and a wildcard alone, are near to everything.
        if (Bound is { Major: 0, Minor: 0, Patch: 0 } && Parts is 0 or 3)
            return true;
        return version.Major == Bound.Major && (Parts == 1 || version.Minor == Bound.Minor);
    }

    private bool IsCompatible(SemanticVersion version)
    {
        if (version.CompareTo(Bound) < 0)
            return false;
        if (Bound.Major > 0 || Parts == 1)
            return version.Major == Bound.Major;
        if (version.Major > 0)
            return false;
        if (Bound.Minor > 0 || Parts == 2)
            return version.Minor == Bound.Minor;
        return version.Minor == 0 && version.Patch == Bound.Patch;
    }
}
