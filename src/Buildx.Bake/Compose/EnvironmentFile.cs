using System.Globalization;
using System.Text;

namespace Buildx.Bake.Compose;

/// <summary>Files like <c>.env</c>: lines <c>NAME=VALUE</c>, with quotes, comments and variables.</summary>
internal sealed class EnvironmentFile
{
    private readonly string _text;
    private readonly Func<string, string?> _lookup;
    private readonly Dictionary<string, string> _values;
    private int _position;
    private int _line = 1;

    private EnvironmentFile(string text, Func<string, string?> lookup, Dictionary<string, string> values) =>
        (_text, _lookup, _values) = (text, lookup, values);

    /// <param name="lookup">Values that come before those of the file.</param>
    /// <param name="values">Is added to.</param>
    /// <exception cref="FormatException">A line makes no sense; the message names it.</exception>
    public static void Read(string text, Func<string, string?> lookup, Dictionary<string, string> values) =>
        new EnvironmentFile(text.TrimStart('\uFEFF'), lookup, values).Read();

    private void Read()
    {
        while (SkipToStatement())
        {
            var (name, hasValue) = ReadName();
            if (name.Contains(' '))
                throw Wrong($"a name can't contain a space: \"{name}\"");
            if (hasValue)
                _values[name] = ReadValue();
            else if (_lookup(name) is { } inherited)
                _values[name] = inherited;
        }
    }

    private bool SkipToStatement()
    {
        while (_position < _text.Length)
        {
            if (_text[_position] == '#')
            {
                _position = _text.IndexOf('\n', _position) is var end and >= 0 ? end : _text.Length;
            }
            else if (char.IsWhiteSpace(_text[_position]))
            {
                _line += _text[_position] == '\n' ? 1 : 0;
                _position++;
            }
            else
            {
                return true;
            }
        }
        return false;
    }

    private (string Name, bool HasValue) ReadName()
    {
        const string Export = "export";
        if (_text.AsSpan(_position).StartsWith(Export) && _position + Export.Length < _text.Length && char.IsWhiteSpace(_text[_position + Export.Length]))
        {
            _position += Export.Length;
            SkipSpaces();
        }
        var start = _position;
        for (; _position < _text.Length; _position++)
        {
            var character = _text[_position];
            if (character is '=' or ':' or '\n')
            {
                var name = _text[start.._position++].TrimEnd();
                _line += character == '\n' ? 1 : 0;
                SkipSpaces();
                return (name, character != '\n');
            }
            if (!IsSpace(character) && character is not ('_' or '.' or '-' or '[' or ']') && !char.IsLetterOrDigit(character))
                throw Wrong($"\"{character}\" can't be part of a name");
        }
        // The last line without its end says nothing, as Compose reads it.
        return ("", false);
    }

    private string ReadValue()
    {
        if (_position < _text.Length && _text[_position] is '"' or '\'' && _position < _text.Length)
            return ReadQuoted(_text[_position]);
        var end = _text.IndexOf('\n', _position) is var found and >= 0 ? found : _text.Length;
        var value = _text[_position..end];
        _position = Math.Min(end + 1, _text.Length);
        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        value = Expand((comment < 0 ? value : value[..comment]).TrimEnd());
        _line++;
        return value;
    }

    private string ReadQuoted(char quote)
    {
        var value = new StringBuilder();
        var firstLine = _line;
        for (var i = _position + 1; i < _text.Length; i++)
        {
            var character = _text[i];
            _line += character == '\n' ? 1 : 0;
            if (character == quote)
            {
                _position = i + 1;
                return quote == '"' ? Expand(Unescape(value.ToString())) : value.ToString();
            }
            if (character == '\\' && i + 1 < _text.Length)
            {
                i++;
                if (_text[i] != quote)
                    value.Append('\\');
                value.Append(_text[i]);
                continue;
            }
            value.Append(character);
        }
        _line = firstLine;
        throw Wrong("a quote is never closed");
    }

    private static string Unescape(string text)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }
            var next = text[++i];
            _ = next switch
            {
                'a' => result.Append('\a'),
                'b' => result.Append('\b'),
                'f' => result.Append('\f'),
                'n' => result.Append('\n'),
                'r' => result.Append('\r'),
                't' => result.Append('\t'),
                'v' => result.Append('\v'),
                '"' => result.Append('"'),
                '\\' => result.Append('\\'),
                '$' => result.Append("$$"),
                _ => result.Append('\\').Append(next),
            };
        }
        return result.ToString();
    }

    private string Expand(string value)
    {
        try
        {
            return Interpolation.Substitute(value, name => _lookup(name) ?? _values.GetValueOrDefault(name));
        }
        catch (FormatException e)
        {
            throw Wrong(e.Message);
        }
    }

    private void SkipSpaces()
    {
        while (_position < _text.Length && IsSpace(_text[_position]))
            _position++;
    }

    private static bool IsSpace(char character) => character is '\t' or '\v' or '\f' or '\r' or ' ' or '\u0085' or '\u00A0';

    private FormatException Wrong(string message) => new($"line {_line.ToString(CultureInfo.InvariantCulture)}: {message}");
}
