using System.Text;

namespace Buildx.Dockerfile;

/// <summary>Cuts a shell's text into its simple commands, those in substitutions included; enough to see which programs run.</summary>
internal sealed class ShellCommandList
{
    private readonly List<SimpleCommand> _commands = [];
    private readonly Stack<(List<string> Words, string Word, bool HasWord, char Quote, char End)> _outer = [];
    private readonly StringBuilder _word = new();
    private List<string> _words = [];
    private bool _hasWord;
    private char _quote;

    /// <param name="Assignments"><c>NAME=value</c> before the program.</param>
    /// <param name="Words">The program and its arguments; empty for assignments alone.</param>
    internal sealed record SimpleCommand(IReadOnlyList<string> Assignments, IReadOnlyList<string> Words);

    /// <returns>Null when a quote or a substitution is left open, which needs a real shell to tell.</returns>
    public static IReadOnlyList<SimpleCommand>? Read(string text)
    {
        var list = new ShellCommandList();
        list.ReadAll(text);
        return list._quote == '\0' && list._outer.Count == 0 ? list._commands : null;
    }

    private void ReadAll(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var next = i + 1 < text.Length ? text[i + 1] : '\0';
            if (_quote == '\'')
            {
                ReadQuoted(c);
            }
            else if (c == '\\' && next != '\0')
            {
                if (text[++i] != '\n')
                    Append(text[i]);
            }
            else if (c == '$' && next == '(')
            {
                i++;
                Begin(')');
            }
            else if (c == '`')
            {
                if (_outer.TryPeek(out var outer) && outer.End == '`')
                    End();
                else
                    Begin('`');
            }
            else if (_quote == '"')
            {
                ReadQuoted(c);
            }
            else if (c == '#' && !_hasWord)
            {
                var end = text.IndexOf('\n', i);
                i = end < 0 ? text.Length : end - 1;
            }
            else
            {
                ReadPlain(c);
            }
        }
        EndCommand();
    }

    private void ReadQuoted(char c)
    {
        if (c == _quote)
            _quote = '\0';
        else
            Append(c);
    }

    private void ReadPlain(char c)
    {
        switch (c)
        {
            case '\'' or '"':
                (_quote, _hasWord) = (c, true);
                break;
            case '(':
                EndCommand();
                Begin('\0');
                break;
            case ')':
                End();
                break;
            case '\n' or ';' or '&' or '|':
                EndCommand();
                break;
            case ' ' or '\t' or '\r':
                EndWord();
                break;
            default:
                Append(c);
                break;
        }
    }

    private void Append(char c)
    {
        _word.Append(c);
        _hasWord = true;
    }

    /// <param name="end">What closes a substitution, <c>\0</c> for a shell of its own in parentheses.</param>
    private void Begin(char end)
    {
        _outer.Push((_words, _word.ToString(), _hasWord, _quote, end));
        _word.Clear();
        (_words, _hasWord, _quote) = ([], false, '\0');
    }

    private void End()
    {
        EndCommand();
        if (!_outer.TryPop(out var outer))
            return;
        _word.Append(outer.Word);
        (_words, _hasWord, _quote) = (outer.Words, outer.HasWord, outer.Quote);
        if (outer.End == '\0')
            return;
        _word.Append("$()");
        _hasWord = true;
    }

    private void EndWord()
    {
        if (_hasWord)
            _words.Add(_word.ToString());
        _word.Clear();
        _hasWord = false;
    }

    private void EndCommand()
    {
        EndWord();
        // These stand before a command.
        var start = 0;
        while (start < _words.Count && _words[start] is "if" or "then" or "else" or "elif" or "do" or "while" or "until" or "!" or "{" or "time")
            start++;
        var first = start;
        while (first < _words.Count && IsAssignment(_words[first]))
            first++;
        if (_words.Count > start)
            _commands.Add(new SimpleCommand(_words[start..first], _words[first..]));
        _words = [];
    }

    private static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=');
        if (equals <= 0 || char.IsAsciiDigit(word[0]))
            return false;
        foreach (var c in word.AsSpan(0, equals))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }
        return true;
    }
}
