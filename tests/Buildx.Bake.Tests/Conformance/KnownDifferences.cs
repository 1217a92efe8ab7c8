namespace Buildx.Bake.Tests.Conformance;

/// <summary>Cases that are meant to differ: the tables of <c>docs/bake-differences.md</c>.</summary>
internal sealed class KnownDifferences
{
    private readonly Dictionary<string, HashSet<string>> _casesByTable = new(StringComparer.Ordinal);

    private KnownDifferences()
    {
        HashSet<string> table = [];
        foreach (var line in File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "bake-differences.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                _casesByTable[line[3..]] = table = [];
            else if (line.StartsWith("| `", StringComparison.Ordinal))
                table.Add(line.Split('|', StringSplitOptions.TrimEntries)[1].Trim('`'));
        }
    }

    public IReadOnlySet<string> Recorded => _casesByTable["Recorded answers"];

    public IReadOnlySet<string> Differential => _casesByTable["Cases of the differential suite"];

    /// <summary>Of the differential suite, refused in the same line, but another column.</summary>
    public IReadOnlySet<string> Places => _casesByTable["Places of errors"];

    public static KnownDifferences Read() => new();
}
