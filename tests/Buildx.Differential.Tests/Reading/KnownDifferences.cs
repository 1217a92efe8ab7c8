using Buildx.TestSupport;

namespace Buildx.Differential.Tests.Reading;

/// <summary>The table in <c>docs/dockerfile-differences.md</c>: where the two are meant to differ.</summary>
internal static class KnownDifferences
{
    public const string File = "docs/dockerfile-differences.md";

    private static readonly Lazy<ILookup<string, string>> Table = new(() => Read(System.IO.File.ReadAllLines(Path.Combine(RepositoryRoot.Path, File))));

    /// <summary>All cases that are named there.</summary>
    public static IEnumerable<string> Cases => Table.Value.Select(row => row.Key);

    /// <summary>The aspects in which a case differs.</summary>
    public static IReadOnlySet<string> Of(string caseId) => Table.Value[caseId].ToHashSet();

    public static ILookup<string, string> Read(IEnumerable<string> lines) => lines
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .SelectMany(cells => cells[2].Split(',', StringSplitOptions.TrimEntries).Select(aspect => (Case: cells[1].Trim('`'), Aspect: aspect.Trim('`'))))
        .ToLookup(pair => pair.Case, pair => pair.Aspect);
}
