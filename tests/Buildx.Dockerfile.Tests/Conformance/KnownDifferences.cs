namespace Buildx.Dockerfile.Tests.Conformance;

/// <summary>Cases that are meant to differ, each with its reason, from <c>known-differences.txt</c>.</summary>
internal static class KnownDifferences
{
    private static readonly Lazy<Dictionary<string, string>> All = new(() => File
        .ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Conformance", "known-differences.txt"))
        .Where(line => line.Length > 0 && !line.StartsWith('#'))
        .ToDictionary(line => line.Split('|')[0].Trim(), line => line.Split('|')[1].Trim()));

    /// <param name="id"><c>KIND CASE</c>.</param>
    public static bool Contains(string id) => All.Value.ContainsKey(id);
}
