using System.Text.RegularExpressions;

namespace Buildx.Dockerfile;

/// <summary>
/// One pattern of <c>.dockerignore</c>. All places in it that a path may have reached are followed at once, so that no pattern takes
/// longer than its length times that of the path. (A regular expression with the same promise takes a thousand times as long to make.)
/// </summary>
internal sealed class IgnorePattern
{
    private const int SmallSize = 256;

    private readonly Token[] _tokens;

    private IgnorePattern(Token[] tokens) => _tokens = tokens;

    private enum Kind
    {
        /// <summary>This character.</summary>
        Literal,

        /// <summary>Any but a slash.</summary>
        One,

        /// <summary>One of a set.</summary>
        Set,

        /// <summary>Any number of characters, no slash among them.</summary>
        Name,

        /// <summary>Any number of characters.</summary>
        Everything,

        /// <summary>Here <see cref="Directories"/> may be left out.</summary>
        Optional,

        /// <summary>Any number of characters up to and with a slash.</summary>
        Directories,
    }

    /// <returns>Null for what is no pattern (<c>[z-a]</c>).</returns>
    public static IgnorePattern? TryParse(string pattern)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                        i++;
                    // "**" at the end takes everything, before a name any number of directories.
                    if (i + 1 == pattern.Length)
                        tokens.Add(new Token(Kind.Everything));
                    else
                        tokens.AddRange([new Token(Kind.Optional), new Token(Kind.Directories)]);
                    break;
                case '*':
                    tokens.Add(new Token(Kind.Name));
                    break;
                case '?':
                    tokens.Add(new Token(Kind.One));
                    break;
                case '\\':
                    if (++i < pattern.Length)
                        tokens.Add(new Token(Kind.Literal, pattern[i]));
                    break;
                case '[' when pattern.IndexOf(']', i + 1) is > 0 and var close:
                    if (TryParseSet(pattern[(i + 1)..close]) is not { } set)
                        return null;
                    tokens.Add(new Token(Kind.Set, Set: set));
                    i = close;
                    break;
                case var literal:
                    tokens.Add(new Token(Kind.Literal, literal));
                    break;
            }
        }
        return new IgnorePattern([.. tokens]);
    }

    public bool IsMatch(ReadOnlySpan<char> path)
    {
        var size = _tokens.Length + 1;
        var here = size <= SmallSize ? stackalloc bool[size] : new bool[size];
        var next = size <= SmallSize ? stackalloc bool[size] : new bool[size];
        here[0] = true;
        foreach (var c in path)
        {
            next.Clear();
            var goesOn = false;
            for (var i = 0; i < _tokens.Length; i++)
            {
                if (!here[i])
                    continue;
                Skip(i, here);
                var token = _tokens[i];
                if (token.Takes(c))
                    next[token.Stays ? i : i + 1] = goesOn = true;
                if (token.Kind == Kind.Directories && c == '/')
                    next[i + 1] = true;
            }
            if (!goesOn)
                return false;
            var free = here;
            here = next;
            next = free;
        }
        for (var i = 0; i < _tokens.Length; i++)
        {
            if (here[i])
                Skip(i, here);
        }
        return here[_tokens.Length];
    }

    /// <summary>Where one is as well, without taking anything.</summary>
    private void Skip(int place, Span<bool> places)
    {
        switch (_tokens[place].Kind)
        {
            case Kind.Name or Kind.Everything:
                places[place + 1] = true;
                break;
            case Kind.Optional:
                places[place + 1] = places[place + 2] = true;
                break;
        }
    }

    private static Regex? TryParseSet(string set)
    {
        try
        {
            var escaped = set.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
            return new Regex($@"\A[{escaped}]\z", RegexOptions.CultureInvariant);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private readonly record struct Token(Kind Kind, char Literal = '\0', Regex? Set = null)
    {
        public bool Stays => Kind is Kind.Name or Kind.Everything or Kind.Directories;

        public bool Takes(char c) => Kind switch
        {
            Kind.Literal => c == Literal,
            Kind.One or Kind.Name => c != '/',
            Kind.Set => Set!.IsMatch([c]),
            Kind.Everything or Kind.Directories => true,
            _ => false,
        };
    }
}
