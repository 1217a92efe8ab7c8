using System.Globalization;
using System.Text.RegularExpressions;
using Buildx.Differential.Tests.Images;

namespace Buildx.Differential.Tests.Builders;

/// <summary>How a build ended and what it made.</summary>
internal sealed partial record Outcome(int ExitCode, string Log, IReadOnlyList<BuiltImage> Images)
{
    /// <summary>The error, from its first word to the end of the output.</summary>
    public string Error => Log.LastIndexOf("ERROR: ", StringComparison.Ordinal) is >= 0 and var start ? Log[start..].TrimEnd() : "";

    /// <summary>What the excerpt of the Dockerfile marks; null when the error shows none.</summary>
    public ErrorPlace? Place => Excerpt().Matches(Log) is [.., var last]
        ? new ErrorPlace(
            last.Groups["file"].Value,
            [.. MarkedLine().Matches(last.Groups["lines"].Value).Select(line => int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture))])
        : null;

    /// <summary>The steps of the Dockerfile that were not run again.</summary>
    public IReadOnlyList<string> CachedSteps
    {
        get
        {
            var lines = Log.Split('\n').Select(line => line.TrimEnd().Split(' ', 2)).Where(line => line is [['#', ..], _]).ToList();
            return [.. lines.Where(line => line[1] == "CACHED").Select(cached => lines.First(line => line[0] == cached[0])[1])
                .Where(name => !name.StartsWith("[internal]", StringComparison.Ordinal) && !IsBaseImage(name))
                .Order(StringComparer.Ordinal)];
        }
    }

    // Builds that run at the same time share the step, with the name that the first of them gave it: with or without "[1/4] ".
    private static bool IsBaseImage(string name) => name.StartsWith("FROM ", StringComparison.Ordinal) || name.Contains(" FROM ", StringComparison.Ordinal);

    [GeneratedRegex(@"^(?<file>\S+):\d+\r?\n-{20}\r?\n(?<lines>(?:\s*\d+ \|.*\n)+)-{20}", RegexOptions.Multiline)]
    private static partial Regex Excerpt();

    [GeneratedRegex(@"^\s*(\d+) \| >>>", RegexOptions.Multiline)]
    private static partial Regex MarkedLine();
}
