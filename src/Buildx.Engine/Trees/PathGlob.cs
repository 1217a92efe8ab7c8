using System.Text;

namespace Buildx.Engine.Trees;

/// <summary>
/// Shell patterns over single path components: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^a]</c>, and <c>\</c> before a character
/// that stands for itself. No pattern matches across a <c>/</c>.
/// </summary>
internal static class PathGlob
{
    public static bool HasWildcard(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] is '*' or '?' or '[')
                return true;
        }
        return false;
    }

    /// <summary>Whether a whole name matches a whole component of a pattern. A malformed pattern matches nothing.</summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        var star = -1;
        var starName = 0;
        int p = 0, n = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = ++p;
                starName = n;
                continue;
            }
            if (p < pattern.Length && MatchOne(pattern, p, name, n, out var patternUsed, out var nameUsed))
            {
                p += patternUsed;
                n += nameUsed;
                continue;
            }
            if (star < 0)
                return false;
            p = star;
            n = ++starName;
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    /// <summary>The pattern with its escapes resolved; for components without wildcards.</summary>
    public static string Unescape(string component)
    {
        if (!component.Contains('\\'))
            return component;
        var text = new StringBuilder(component.Length);
        for (var i = 0; i < component.Length; i++)
        {
            if (component[i] == '\\' && i + 1 < component.Length)
                i++;
            text.Append(component[i]);
        }
        return text.ToString();
    }

    private static bool MatchOne(
        ReadOnlySpan<char> pattern, int p, ReadOnlySpan<char> name, int n, out int patternUsed, out int nameUsed)
    {
        nameUsed = char.IsHighSurrogate(name[n]) && n + 1 < name.Length ? 2 : 1;
        patternUsed = 1;
        switch (pattern[p])
        {
            case '?':
                return true;
            case '[':
                var rune = nameUsed == 2 ? char.ConvertToUtf32(name[n], name[n + 1]) : name[n];
                return MatchClass(pattern, p, rune, out patternUsed);
            case '\\' when p + 1 < pattern.Length:
                patternUsed = 2;
                nameUsed = 1;
                return pattern[p + 1] == name[n];
            case '\\':
                return false;
            default:
                nameUsed = 1;
                return pattern[p] == name[n];
        }
    }

    private static bool MatchClass(ReadOnlySpan<char> pattern, int p, int rune, out int used)
    {
        var at = p + 1;
        used = 1;
        var negated = at < pattern.Length && pattern[at] == '^';
        if (negated)
            at++;
        var matched = false;
        var ranges = 0;
        while (true)
        {
            if (at < pattern.Length && pattern[at] == ']' && ranges > 0)
            {
                used = at + 1 - p;
                return matched != negated;
            }
            if (!ReadClassRune(pattern, ref at, out var low))
                return false;
            var high = low;
            if (at < pattern.Length && pattern[at] == '-')
            {
                at++;
                if (!ReadClassRune(pattern, ref at, out high))
                    return false;
            }
            if (low <= rune && rune <= high)
                matched = true;
            ranges++;
        }
    }

    private static bool ReadClassRune(ReadOnlySpan<char> pattern, ref int at, out int rune)
    {
        rune = 0;
        if (at >= pattern.Length || pattern[at] is '-' or ']')
            return false;
        if (pattern[at] == '\\' && ++at >= pattern.Length)
            return false;
        if (char.IsHighSurrogate(pattern[at]) && at + 1 < pattern.Length)
        {
            rune = char.ConvertToUtf32(pattern[at], pattern[at + 1]);
            at += 2;
        }
        else
        {
            rune = pattern[at++];
        }
        return true;
    }
}
