namespace Buildx.Bake.Targets;

/// <summary>Patterns of names: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^a-z]</c>, and <c>\</c> before a character that means itself.</summary>
internal static class NamePattern
{
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny("*?[]") >= 0;

    /// <exception cref="FormatException">A bracket is not closed.</exception>
    public static bool Matches(string pattern, string name) => Match(pattern, name);

    private static bool Match(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        while (pattern.Length > 0)
        {
            if (pattern[0] == '*')
            {
                for (var skipped = 0; skipped <= name.Length; skipped++)
                {
                    if (Match(pattern[1..], name[skipped..]))
                        return true;
                }
                return false;
            }
            var length = 1;
            var fits = pattern[0] switch
            {
                '?' => true,
                '[' => MatchClass(pattern, name.Length > 0 ? name[0] : '\0', out length),
                '\\' when pattern.Length > 1 => name.Length > 0 && name[0] == pattern[(length = 2) - 1],
                _ => name.Length > 0 && name[0] == pattern[0],
            };
            if (!fits || name.Length == 0)
                return false;
            pattern = pattern[length..];
            name = name[1..];
        }
        return name.Length == 0;
    }

    private static bool MatchClass(ReadOnlySpan<char> pattern, char character, out int length)
    {
        var position = 1;
        var negated = position < pattern.Length && pattern[position] == '^';
        if (negated)
            position++;
        var found = false;
        for (var first = true; ; first = false)
        {
            if (position >= pattern.Length)
                throw new FormatException($"a bracket of the pattern \"{pattern}\" is not closed");
            if (pattern[position] == ']' && !first)
                break;
            var low = pattern[position++];
            var high = low;
            if (position + 1 < pattern.Length && pattern[position] == '-' && pattern[position + 1] != ']')
            {
                high = pattern[position + 1];
                position += 2;
            }
            found |= low <= character && character <= high;
        }
        length = position + 1;
        return found != negated;
    }
}
