using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>A version such as <c>1.2.3-rc.1</c>. A <c>v</c> in front and missing parts are allowed.</summary>
internal sealed partial record SemanticVersion(ulong Major, ulong Minor, ulong Patch, string Prerelease) : IComparable<SemanticVersion>
{
    public static bool TryParse(string text, [NotNullWhen(true)] out SemanticVersion? version)
    {
        version = null;
        var match = Form().Match(text);
        if (!match.Success || !TryReadPart(match.Groups["major"], out var major) || !TryReadPart(match.Groups["minor"], out var minor) || !TryReadPart(match.Groups["patch"], out var patch))
            return false;
        var prerelease = match.Groups["pre"].Value;
        if (prerelease.Split('.').Any(part => part.Length > 1 && part[0] == '0' && part.All(char.IsAsciiDigit)))
            return false;
        version = new SemanticVersion(major, minor, patch, prerelease);
        return true;
    }

    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
            return 1;
        var order = Major.CompareTo(other.Major);
        order = order != 0 ? order : Minor.CompareTo(other.Minor);
        order = order != 0 ? order : Patch.CompareTo(other.Patch);
        return order != 0 ? order : ComparePrereleases(Prerelease, other.Prerelease);
    }

    private static bool TryReadPart(Group group, out ulong part)
    {
        part = 0;
        return !group.Success || ulong.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out part);
    }

    /// <summary>A version without one is the later one.</summary>
    private static int ComparePrereleases(string left, string right)
    {
        if (left == right)
            return 0;
        if (left.Length == 0 || right.Length == 0)
            return left.Length == 0 ? 1 : -1;
        var (mine, others) = (left.Split('.'), right.Split('.'));
        for (var i = 0; i < Math.Min(mine.Length, others.Length); i++)
        {
            var order = CompareParts(mine[i], others[i]);
            if (order != 0)
                return order;
        }
        return mine.Length - others.Length;
    }

    private static int CompareParts(string left, string right)
    {
        var isNumber = left.All(char.IsAsciiDigit);
        if (isNumber != right.All(char.IsAsciiDigit))
            return isNumber ? -1 : 1;
        return isNumber && left.Length != right.Length ? left.Length - right.Length : string.CompareOrdinal(left, right);
    }

    [GeneratedRegex(@"^v?(?<major>[0-9]+)(\.(?<minor>[0-9]+))?(\.(?<patch>[0-9]+))?(-(?<pre>[0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+[0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
