using System.Globalization;
using System.Text;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Json;

/// <summary>Reads JSON with the place of everything in it. Reading ends at the first mistake.</summary>
internal sealed class JsonParser
{
    private const int MaximumDepth = 200;
    private readonly SourceText _source;
    private readonly string _text;
    private readonly DiagnosticBag _diagnostics;
    private int _position;
    private int _line = 1;
    private int _lineStart;
    private int _depth;
    private bool _failed;

    private JsonParser(SourceText source, DiagnosticBag diagnostics)
    {
        _source = source;
        _text = source.Text;
        _diagnostics = diagnostics;
        _position = _lineStart = _text.StartsWith('\uFEFF') ? 1 : 0;
    }

    public static JsonBody ParseBody(SourceText source, DiagnosticBag diagnostics)
    {
        var parser = new JsonParser(source, diagnostics);
        var root = parser.ParseValue();
        parser.SkipBlanks();
        if (!parser._failed && parser._position < parser._text.Length)
            parser.Fail(parser._position, 1, "the file should end here", "a file is one JSON object");
        if (!parser._failed && root.Kind is not (JsonKind.Object or JsonKind.Array))
        {
            diagnostics.Error(root.Opening, "the file must be a JSON object");
            parser._failed = true;
        }
        return new JsonBody(parser._failed ? new JsonNode(JsonKind.Object, root.Range) : root, new HashSet<string>());
    }

    private JsonNode ParseValue()
    {
        SkipBlanks();
        var start = Here();
        if (_position >= _text.Length)
            return Fail(_position, 0, "a JSON value should stand here, not the end of the file");
        var c = _text[_position];
        if (c is '{' or '[' && _depth >= MaximumDepth)
            return Fail(_position, 1, $"JSON cannot be nested more than {MaximumDepth} deep");
        return c switch
        {
            '{' => ParseObject(start),
            '[' => ParseArray(start),
            '"' => ParseText() is { } text ? new JsonNode(JsonKind.Text, From(start)) { Text = text } : Invalid(start),
            '-' or (>= '0' and <= '9') => ParseNumber(start),
            _ => ParseKeyword(start),
        };
    }

    private JsonNode ParseObject(TextPosition start)
    {
        var properties = new List<JsonProperty>();
        _depth++;
        _position++;
        SkipBlanks();
        while (!_failed && !TryTake('}'))
        {
            var nameStart = Here();
            if (Current != '"')
                return Fail(_position, 1, $"the name of a property, in double quotes, should stand here, not {Describe()}", Current == '}' ? "behind the last property there is no comma" : null);
            if (ParseText() is not { } name)
                break;
            var nameRange = From(nameStart);
            SkipBlanks();
            if (!TryTake(':'))
                return Fail(_position, 1, $"a colon should follow the name of a property, not {Describe()}", Current == '=' ? "in JSON a property is written \"NAME\": …" : null);
            var value = ParseValue();
            properties.Add(new JsonProperty(name, nameRange, value));
            SkipBlanks();
            if (!_failed && Current != '}')
                TakeComma("property", start);
        }
        _depth--;
        return new JsonNode(JsonKind.Object, From(start)) { Properties = properties };
    }

    private JsonNode ParseArray(TextPosition start)
    {
        var elements = new List<JsonNode>();
        _depth++;
        _position++;
        SkipBlanks();
        while (!_failed && !TryTake(']'))
        {
            elements.Add(ParseValue());
            SkipBlanks();
            if (!_failed && Current != ']')
                TakeComma("element", start);
        }
        _depth--;
        return new JsonNode(JsonKind.Array, From(start)) { Elements = elements };
    }

    private void TakeComma(string what, TextPosition start)
    {
        var comma = Here();
        if (!TryTake(','))
        {
            Fail(_position, 1, $"a comma should stand before the next {what}, or the end of what was opened at {start}, not {Describe()}");
            return;
        }
        SkipBlanks();
        if (Current is '}' or ']')
            Fail(comma, 1, $"behind the last {what} there is no comma");
    }

    private JsonNode ParseNumber(TextPosition start)
    {
        var end = _position;
        while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] is '+' or '-' or '.'))
            end++;
        var text = _text.AsSpan(_position, end - _position);
        var digits = text.TrimStart('-');
        var isJson = digits.Length > 0 && char.IsAsciiDigit(digits[0]) && !(digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1])) && char.IsAsciiLetterOrDigit(text[^1]);
        if (!isJson || !Number.TryParse(text, out var number))
            return Fail(_position, text.Length, $"{text} is no number of JSON");
        _position = end;
        return new JsonNode(JsonKind.Number, From(start)) { Literal = Value.Number(number) };
    }

    private JsonNode ParseKeyword(TextPosition start)
    {
        var end = _position;
        while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] is '_' or '-'))
            end++;
        var (kind, value) = _text.AsSpan(_position, end - _position) switch
        {
            "true" => (JsonKind.Bool, Value.True),
            "false" => (JsonKind.Bool, Value.False),
            "null" => (JsonKind.Null, Value.DynamicNull),
            _ => (JsonKind.Invalid, Value.DynamicNull),
        };
        if (kind == JsonKind.Invalid)
            return Fail(_position, Math.Max(1, end - _position), $"a JSON value should stand here, not {Describe()}", end > _position ? "strings stand in double quotes" : null);
        _position = end;
        return new JsonNode(kind, From(start)) { Literal = value };
    }

    private string? ParseText()
    {
        var start = _position++;
        var text = new StringBuilder();
        while (_position < _text.Length)
        {
            var c = _text[_position];
            switch (c)
            {
                case '"':
                    _position++;
                    return Clean(text);
                case '\\':
                    if (!ReadEscape(text))
                        return null;
                    break;
                case < ' ':
                    Fail(_position, 1, c is '\n' or '\r' ? "a string must end on the line it begins on" : "a control character must be escaped in a string", c is '\n' or '\r' ? "a newline in it is written \\n" : null);
                    return null;
                default:
                    text.Append(c);
                    _position++;
                    break;
            }
        }
        Fail(start, 1, "this string is never closed");
        return null;
    }

    // Half a surrogate pair is no character.
    private static string Clean(StringBuilder text)
    {
        var result = text.ToString();
        return result.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? result : string.Concat(result.EnumerateRunes());
    }

    private bool ReadEscape(StringBuilder text)
    {
        var c = _position + 1 < _text.Length ? _text[_position + 1] : '\0';
        if (c == 'u' && _position + 6 <= _text.Length && ushort.TryParse(_text.AsSpan(_position + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            text.Append((char)unit);
            _position += 6;
            return true;
        }
        var plain = c switch
        {
            '"' or '\\' or '/' => c,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => '\0',
        };
        if (plain == '\0')
        {
            Fail(_position, 2, "this is no escape of JSON", @"there are \"", \\, \/, \b, \f, \n, \r, \t and \uNNNN");
            return false;
        }
        text.Append(plain);
        _position += 2;
        return true;
    }

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    private string Describe() => _position >= _text.Length ? "the end of the file" : Rune.TryGetRuneAt(_text, _position, out var rune) && !Rune.IsControl(rune) ? $"\"{rune}\"" : "this character";

    private bool TryTake(char c)
    {
        if (_failed || Current != c || _position >= _text.Length)
            return false;
        _position++;
        return true;
    }

    private void SkipBlanks()
    {
        while (_position < _text.Length && _text[_position] is ' ' or '\t' or '\n' or '\r')
        {
            if (_text[_position++] == '\n')
            {
                _line++;
                _lineStart = _position;
            }
        }
    }

    private TextPosition Here() => new(_line, _position - _lineStart + 1);

    private SourceRange From(TextPosition start) => _source.At(new TextRange(start, Here()));

    private JsonNode Invalid(TextPosition start) => new(JsonKind.Invalid, From(start));

    private JsonNode Fail(int position, int length, string message, string? hint = null) =>
        Fail(new TextPosition(_line, position - _lineStart + 1), length, message, hint);

    private JsonNode Fail(TextPosition start, int length, string message, string? hint = null)
    {
        if (!_failed)
            _diagnostics.Error(_source.At(new TextRange(start, start with { Column = start.Column + length })), message, hint);
        _failed = true;
        return Invalid(start);
    }
}
