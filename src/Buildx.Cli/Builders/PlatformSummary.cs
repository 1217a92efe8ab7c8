namespace Buildx.Cli.Builders;

/// <summary>Many platforms in few words: <c>linux/amd64 (+3), linux/arm64, (2 more)</c>.</summary>
internal static class PlatformSummary
{
    private static readonly string[] First = ["linux/amd64", "linux/arm64", "linux/arm", "linux/ppc64le", "linux/s390x", "linux/riscv64", "linux/mips64"];

    public static string Write(IReadOnlyList<string> platforms, int groups)
    {
        var shown = platforms.GroupBy(platform => string.Join('/', platform.TrimEnd('*').Split('/').Take(2)))
            .OrderBy(group => Array.IndexOf(First, group.Key) is var rank and >= 0 ? rank : First.Length)
            .Take(groups)
            .ToList();
        var parts = shown.Select(group => group.Count() == 1
            ? group.Single()
            : $"{group.Key}{(group.Any(platform => platform.EndsWith('*')) ? "*" : "")} (+{group.Count()})").ToList();
        if (platforms.Count - shown.Sum(group => group.Count()) is var left and > 0)
            parts.Add($"({left} more)");
        return string.Join(", ", parts);
    }
}
