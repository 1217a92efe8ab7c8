namespace Buildx.Dockerfile;

/// <summary>A shell pattern with <c>*</c> and <c>?</c>, as the operators <c>#</c>, <c>%</c> and <c>/</c> of a substitution take it.</summary>
internal sealed class ShellPattern
{
    private const int Star = -1;
    private const int Any = -2;

    private readonly int[] _tokens;

    private ShellPattern(int[] tokens) => _tokens = tokens;

    /// <exception cref="ExpansionException">A backslash stands before a character that needs none.</exception>
    public static ShellPattern Parse(string text)
    {
        var tokens = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '*')
            {
                tokens.Add(Star);
            }
            else if (c == '?')
            {
                tokens.Add(Any);
            }
            else if (c == '\\')
            {
                // "}" and "/" need an escape because of the substitution around the pattern; they are not special in it.
                if (i + 1 < text.Length && text[i + 1] is '}' or '/')
                    continue;
                i++;
                if (i == text.Length || text[i] is not ('*' or '?' or '\\'))
                    throw new ExpansionException($"invalid pattern \"{text}\": a backslash may stand before *, ?, \\, / and }} only");
                tokens.Add(text[i]);
            }
            else
            {
                tokens.Add(c);
            }
        }
        return new ShellPattern([.. tokens]);
    }

    /// <summary>Where a match that begins at <paramref name="start"/> ends, the first or the last such place; -1 for none.</summary>
    public int MatchForward(string text, int start, bool longest)
    {
        var states = new bool[_tokens.Length + 1];
        var next = new bool[_tokens.Length + 1];
        states[0] = true;
        Skip(states);
        var best = -1;
        for (var i = start; ; i++)
        {
            if (states[^1])
            {
                best = i;
                if (!longest)
                    return best;
            }
            if (i == text.Length || !Step(states, next, text[i]))
                return best;
            (states, next) = (next, states);
        }
    }

    /// <summary>The same from the end: where a match that ends the text begins; -1 for none.</summary>
    public int MatchBackward(string text, bool longest)
    {
        var reversed = new ShellPattern([.. _tokens.Reverse()]);
        var characters = text.ToCharArray();
        Array.Reverse(characters);
        var end = reversed.MatchForward(new string(characters), 0, longest);
        return end < 0 ? -1 : text.Length - end;
    }

    private bool Step(bool[] states, bool[] next, char c)
    {
        Array.Clear(next);
        var alive = false;
        for (var s = 0; s < _tokens.Length; s++)
        {
            if (!states[s])
                continue;
            if (_tokens[s] == Star && c != '\n')
                next[s] = alive = true;
            else if ((_tokens[s] == Any && c != '\n') || _tokens[s] == c)
                next[s + 1] = alive = true;
        }
        Skip(next);
        return alive;
    }

    private void Skip(bool[] states)
    {
        for (var s = 0; s < _tokens.Length; s++)
        {
            if (states[s] && _tokens[s] == Star)
                states[s + 1] = true;
        }
    }
}
