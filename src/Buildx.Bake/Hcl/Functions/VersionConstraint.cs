using System.Text.RegularExpressions;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>A constraint of versions: <c>&gt;= 1.2, &lt; 3 || ^4.1</c>. Prereleases count only where the constraint names one.</summary>
internal sealed partial class VersionConstraint
{
    private const string Version = @"v?[0-9|x|X|\*]+(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?(-[0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*)?(\+[0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*)?";
    private const string Operator = @"(=>|=<|>=|<=|!=|~>|=|>|<|~|\^)?";
    private readonly List<List<VersionTest>> _alternatives;

    private VersionConstraint(List<List<VersionTest>> alternatives) => _alternatives = alternatives;

    public static VersionConstraint? Parse(string text)
    {
        // "1.2 - 3.4" is a range.
        var rewritten = Range().Replace(text, match => $">= {match.Groups["low"].Value}, <= {match.Groups["high"].Value} ");
        var alternatives = new List<List<VersionTest>>();
        foreach (var alternative in rewritten.Split("||"))
        {
            if (!Alternative().IsMatch(alternative))
                return null;
            var tests = Single().Matches(alternative).Select(match => VersionTest.Parse(match.Groups["op"].Value, match.Groups["version"].Value)).ToList();
            if (tests.Exists(test => test is null))
                return null;
            alternatives.Add(tests!);
        }
        return new VersionConstraint(alternatives);
    }

    public bool IsMetBy(SemanticVersion version) =>
        _alternatives.Exists(tests => (version.Prerelease.Length == 0 || tests.Exists(test => test.Bound.Prerelease.Length > 0)) && tests.TrueForAll(test => test.IsMetBy(version)));

    [GeneratedRegex($@"\s*(?<low>{Version})\s+-\s+(?<high>{Version})\s*", RegexOptions.ExplicitCapture)]
    private static partial Regex Range();

    [GeneratedRegex($@"^\s*{Operator}\s*{Version}\s*((\s+|,\s*){Operator}\s*{Version}\s*)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Alternative();

    [GeneratedRegex($@"(?<op>{Operator})\s*(?<version>{Version})", RegexOptions.ExplicitCapture)]
    private static partial Regex Single();
}
