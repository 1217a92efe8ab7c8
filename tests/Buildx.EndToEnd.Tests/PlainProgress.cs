namespace Buildx.EndToEnd.Tests;

/// <summary>Reads what <c>--progress=plain</c> wrote.</summary>
internal static class PlainProgress
{
    /// <summary>The names of the steps that were taken from the cache, in the order of their numbers.</summary>
    public static IReadOnlyList<string> CachedSteps(string log)
    {
        var lines = log.Split('\n').Select(line => line.TrimEnd().Split(' ', 2)).Where(line => line is [['#', ..], _]).ToList();
        return [.. lines.Where(line => line[1] == "CACHED").Select(cached => lines.First(line => line[0] == cached[0])[1])];
    }
}
