using System.Globalization;
using System.Text.RegularExpressions;

namespace Buildx.Cli.Building;

/// <summary>What may help when a step of a build has failed.</summary>
internal static partial class FailureHints
{
    /// <param name="reference">The build's id; empty when no record is kept of it.</param>
    public static IReadOnlyList<string> Of(string error, string reference, string command)
    {
        if (ExitCode().Match(error) is not { Success: true } match)
            return [];
        var hints = new List<string>();
        // As shells and kernels have them.
        switch (int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
        {
            case 126:
                hints.Add("126 says that a program can't be run: is its file executable, and made for the step's platform?");
                break;
            case 127:
                hints.Add("127 says that a program was not found: does an earlier step install it, and is it in PATH?");
                break;
            case 137:
                hints.Add("137 says that the step was killed: most often, memory ran out");
                break;
            case 139:
                hints.Add("139 says that a program crashed (SIGSEGV): is it made for the step's platform?");
                break;
        }
        if (reference.Length > 0)
            hints.Add($"the whole log: {command} history logs {reference}");
        return hints;
    }

    [GeneratedRegex("exit code: ([0-9]{1,9})$")]
    private static partial Regex ExitCode();
}
