using System.Globalization;
using System.Text.RegularExpressions;

namespace Buildx.Bake.Tests;

/// <summary>Where Buildx says that an error is.</summary>
internal sealed partial record ErrorPlace(int Line, int Column)
{
    /// <returns>Null for an error without a place.</returns>
    public static ErrorPlace? Find(string error) => Pattern().Match(error) is { Success: true } match
        ? new ErrorPlace(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))
        : null;

    public bool IsIn(BakeException exception) =>
        exception.Diagnostics.Any(diagnostic => diagnostic.Ranges.Any(range => range.Start.Line == Line && range.Start.Column == Column));

    public bool IsInLineOf(BakeException exception) => exception.Diagnostics.Any(diagnostic => diagnostic.Ranges.Any(range => range.Start.Line == Line));

    public override string ToString() => $"{Line}:{Column}";

    [GeneratedRegex(@"ERROR: [^\s:]+:(\d+),(\d+)-")]
    private static partial Regex Pattern();
}
