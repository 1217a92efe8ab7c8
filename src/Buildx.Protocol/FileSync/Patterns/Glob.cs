using System.Numerics;

namespace Buildx.Protocol.FileSync.Patterns;

/// <summary>
/// A pattern with wildcards but without classes. It takes a time that grows with the path alone, whatever the pattern: all the
/// places in it that the path so far may have led to are followed at once.
/// </summary>
public sealed class Glob
{
    private const int MaximumTokens = 63;

    private readonly Token[] _tokens;

    private Glob(Token[] tokens) => _tokens = tokens;

    private enum TokenKind
    {
        Literal,

        /// <summary><c>?</c>: anything but a slash.</summary>
        One,

        /// <summary><c>*</c>: any number of those.</summary>
        Star,

        /// <summary><c>**/</c>: nothing, or whole components.</summary>
        Directories,

        /// <summary><c>**</c> at the end: anything.</summary>
        Rest,
    }

    /// <returns>Null when the pattern has classes or is too long.</returns>
    public static Glob? Create(string pattern)
    {
        if (pattern.AsSpan().IndexOfAny("[]^") >= 0)
            return null;
        var tokens = new List<Token>();
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                        i++;
                    tokens.Add(new Token(i + 1 < pattern.Length ? TokenKind.Directories : TokenKind.Rest));
                    break;
                case '*':
                    tokens.Add(new Token(TokenKind.Star));
                    break;
                case '?':
                    tokens.Add(new Token(TokenKind.One));
                    break;
                case '\\' when i + 1 < pattern.Length:
                    tokens.Add(new Token(TokenKind.Literal, pattern[++i]));
                    break;
                case var c:
                    tokens.Add(new Token(TokenKind.Literal, c));
                    break;
            }
        }
        return tokens.Count <= MaximumTokens ? new Glob([.. tokens]) : null;
    }

    /// <summary>Whether the whole path is matched, not only a parent of it.</summary>
    public bool IsMatch(ReadOnlySpan<char> path)
    {
        ulong places = 0;
        Reach(0, ref places);
        foreach (var c in path)
        {
            ulong next = 0;
            for (var left = places; left != 0; left &= left - 1)
                Step(BitOperations.TrailingZeroCount(left), c, ref next);
            if (next == 0)
                return false;
            places = next;
        }
        return (places >> _tokens.Length & 1) != 0;
    }

    private void Step(int place, char c, ref ulong next)
    {
        if (place == _tokens.Length)
            return;
        var token = _tokens[place];
        switch (token.Kind)
        {
            case TokenKind.Literal when c == token.Character:
            case TokenKind.One when c != '/':
                Reach(place + 1, ref next);
                break;
            case TokenKind.Star when c != '/':
            case TokenKind.Rest:
                Reach(place, ref next);
                break;
            case TokenKind.Directories:
                next |= 1UL << place;
                if (c == '/')
                    Reach(place + 1, ref next);
                break;
        }
    }

    /// <summary>Adds a place, and those behind it as far as they are reached with nothing.</summary>
    private void Reach(int place, ref ulong places)
    {
        places |= 1UL << place;
        while (place < _tokens.Length && _tokens[place].Kind is TokenKind.Star or TokenKind.Directories or TokenKind.Rest)
            places |= 1UL << ++place;
    }

    private readonly record struct Token(TokenKind Kind, char Character = '\0');
}
