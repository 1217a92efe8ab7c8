namespace Buildx.Bake.Hcl.Functions;

/// <param name="Groups">What matched, and then what each group took; null for a group that took no part.</param>
internal sealed record RegexMatch(int Index, int Length, IReadOnlyList<string?> Groups);
