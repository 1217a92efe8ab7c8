using System.Text;

namespace Buildx.Cli.Debugging;

/// <summary>The monitor's prompt: a line that is typed, corrected, and taken from the ones before.</summary>
/// <param name="write">Shows it on the terminal.</param>
internal sealed class LineEditor(Action<string> write)
{
    private const string Prompt = "(buildx) ";

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();
    private readonly StringBuilder _sequence = new();
    private readonly List<string> _history = [];
    private int _cursor;
    private int _place;

    /// <summary>Shows the prompt and what is typed already.</summary>
    public void Show()
    {
        var back = _line.Length - _cursor;
        write($"\r{Prompt}{_line}\x1b[K{(back > 0 ? $"\x1b[{back}D" : "")}");
    }

    /// <returns>The line when it is complete, or, for <c>Ctrl-D</c> and <c>Ctrl-C</c> at an empty one, <c>exit</c>.</returns>
    public string? Accept(byte typed)
    {
        var characters = new char[2];
        var count = _decoder.GetChars([typed], characters, flush: false);
        string? complete = null;
        for (var i = 0; i < count; i++)
            complete = Accept(characters[i]) ?? complete;
        return complete;
    }

    private string? Accept(char c)
    {
        if (_sequence.Length > 0)
        {
            _sequence.Append(c);
            if (c != '[' && c != 'O' && !char.IsAsciiDigit(c) && c != ';')
            {
                Move(_sequence.ToString()[1..]);
                _sequence.Clear();
                Show();
            }
            return null;
        }
        switch (c)
        {
            case '\r' or '\n':
                return Complete();
            case '\x1b':
                _sequence.Append(c);
                return null;
            case '\x03' or '\x04' when _line.Length == 0:
                write("exit\r\n");
                return "exit";
            case '\x03':
                write("^C\r\n");
                Replace("");
                break;
            case '\x04':
                Remove(_cursor, 1);
                break;
            case '\x7f' or '\b':
                if (_cursor > 0)
                    Remove(--_cursor, 1);
                break;
            case '\x15':
                Replace("");
                break;
            case '\x17':
                RemoveWord();
                break;
            case '\x05':
                _cursor = _line.Length;
                break;
            case '\x0c':
                write("\x1b[H\x1b[2J");
                break;
            default:
                if (char.IsControl(c))
                    return null;
                _line.Insert(_cursor++, c);
                break;
        }
        Show();
        return null;
    }

    private string Complete()
    {
        var line = _line.ToString();
        if (line.Length > 0 && (_history.Count == 0 || _history[^1] != line))
            _history.Add(line);
        _place = _history.Count;
        _line.Clear();
        _cursor = 0;
        write("\r\n");
        return line;
    }

    private void Move(string key)
    {
        switch (key)
        {
            case "[A" or "OA" when _place > 0:
                Replace(_history[--_place]);
                break;
            case "[B" or "OB" when _place < _history.Count:
                Replace(++_place < _history.Count ? _history[_place] : "");
                break;
            case "[C" or "OC":
                _cursor = Math.Min(_cursor + 1, _line.Length);
                break;
            case "[D" or "OD":
                _cursor = Math.Max(_cursor - 1, 0);
                break;
            case "[H" or "OH" or "[1~":
                _cursor = 0;
                break;
            case "[F" or "OF" or "[4~":
                _cursor = _line.Length;
                break;
            case "[3~":
                Remove(_cursor, 1);
                break;
        }
    }

    private void Replace(string text)
    {
        _line.Clear().Append(text);
        _cursor = text.Length;
    }

    private void Remove(int start, int count)
    {
        if (start + count <= _line.Length)
            _line.Remove(start, count);
    }

    private void RemoveWord()
    {
        var end = _cursor;
        while (_cursor > 0 && _line[_cursor - 1] == ' ')
            _cursor--;
        while (_cursor > 0 && _line[_cursor - 1] != ' ')
            _cursor--;
        _line.Remove(_cursor, end - _cursor);
    }
}
