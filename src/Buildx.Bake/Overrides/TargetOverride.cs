namespace Buildx.Bake.Overrides;

/// <summary>One attribute of one target that the command line sets.</summary>
/// <param name="Key">The attribute.</param>
/// <param name="Subkey">Which argument, label, context, … of it.</param>
/// <param name="Values">All values of a list; the last is the value of anything else. Null where an argument is not in the environment.</param>
internal sealed record TargetOverride(string Key, string? Subkey, IReadOnlyList<string> Values, bool Appends)
{
    public string Value => Values.Count > 0 ? Values[^1] : "";
}
