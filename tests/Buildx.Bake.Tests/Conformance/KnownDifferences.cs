namespace Buildx.Bake.Tests.Conformance;

/// <summary>Cases that are meant to differ, each with its reason: the tables of <c>docs/bake-differences.md</c>.</summary>
internal static class KnownDifferences
{
    /// <summary>Reasons by case.</summary>
    public static IReadOnlyDictionary<string, string> Read() => File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "docs", "bake-differences.md"))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[1].Trim('`'), cells => cells[2]);
}
