using System.Text;

namespace Buildx.Bake.Hcl.Syntax;

/// <summary>
/// Cuts a text into tokens; comments and blanks are left out. Templates nest: in an interpolation the language goes on, up to the
/// brace that closes it, so the modes are a stack.
/// </summary>
internal sealed partial class Lexer
{
    private readonly SourceText _source;
    private readonly string _text;
    private readonly DiagnosticBag _diagnostics;
    private readonly List<Token> _tokens = [];
    private readonly Stack<Frame> _frames = [];
    private int _position;
    private int _line;
    private int _lineStart;

    private Lexer(SourceText source, string text, TextPosition from, DiagnosticBag diagnostics)
    {
        _source = source;
        _text = text;
        _diagnostics = diagnostics;
        _position = text.StartsWith('\uFEFF') ? 1 : 0;
        _line = from.Line;
        _lineStart = _position - (from.Column - 1);
    }

    /// <param name="text">All of the source, or a text that stands in it at <paramref name="from"/>.</param>
    public static Token[] Read(SourceText source, string text, TextPosition from, DiagnosticBag diagnostics, bool isTemplate = false)
    {
        var lexer = new Lexer(source, text, from, diagnostics);
        lexer.Run(isTemplate ? LexerMode.BareTemplate : LexerMode.Normal);
        return [.. lexer._tokens];
    }

    private void Run(LexerMode mode)
    {
        _frames.Push(new Frame(mode));
        while (_position < _text.Length)
        {
            switch (_frames.Peek().Mode)
            {
                case LexerMode.Quoted:
                    ReadQuoted();
                    break;
                case LexerMode.Heredoc:
                    ReadHeredoc();
                    break;
                case LexerMode.BareTemplate:
                    ReadBareTemplate();
                    break;
                default:
                    ReadNormal();
                    break;
            }
        }
        Add(TokenKind.EndOfFile, 0);
    }

    private void ReadNormal()
    {
        var c = _text[_position];
        switch (c)
        {
            case ' ' or '\t':
                _position++;
                return;
            case '\n':
                AddNewline(1);
                return;
            case '\r' when Next(1) == '\n':
                AddNewline(2);
                return;
            case '#':
            case '/' when Next(1) == '/':
                SkipLine();
                return;
            case '/' when Next(1) == '*':
                SkipComment();
                return;
            case '"':
                Add(TokenKind.OpenQuote, 1);
                _frames.Push(new Frame(LexerMode.Quoted));
                return;
            case '{':
                _frames.Peek().Braces++;
                Add(TokenKind.OpenBrace, 1);
                return;
            case '}':
                CloseBrace(1);
                return;
            case '~' when Next(1) == '}':
                CloseBrace(2);
                return;
            case '<' when Next(1) == '<' && TryOpenHeredoc():
                return;
            case >= '0' and <= '9':
                Add(TokenKind.Number, MeasureNumber());
                return;
        }
        var (kind, length) = Symbol(c, Next(1), Next(2));
        if (kind != TokenKind.Invalid)
        {
            Add(kind, length);
            return;
        }
        length = Identifier.Measure(_text.AsSpan(_position));
        if (length > 0)
            Add(TokenKind.Identifier, length);
        else
            AddInvalid(c);
    }

    private static (TokenKind Kind, int Length) Symbol(char first, char second, char third) => (first, second) switch
    {
        ('=', '=') => (TokenKind.Equal, 2),
        ('=', '>') => (TokenKind.Arrow, 2),
        ('=', _) => (TokenKind.Assign, 1),
        ('!', '=') => (TokenKind.NotEqual, 2),
        ('!', _) => (TokenKind.Not, 1),
        ('<', '=') => (TokenKind.LessOrEqual, 2),
        ('<', _) => (TokenKind.Less, 1),
        ('>', '=') => (TokenKind.GreaterOrEqual, 2),
        ('>', _) => (TokenKind.Greater, 1),
        ('&', '&') => (TokenKind.And, 2),
        ('|', '|') => (TokenKind.Or, 2),
        (':', ':') => (TokenKind.DoubleColon, 2),
        (':', _) => (TokenKind.Colon, 1),
        ('.', '.') when third == '.' => (TokenKind.Ellipsis, 3),
        ('.', _) => (TokenKind.Dot, 1),
        (',', _) => (TokenKind.Comma, 1),
        ('?', _) => (TokenKind.Question, 1),
        ('+', _) => (TokenKind.Plus, 1),
        ('-', _) => (TokenKind.Minus, 1),
        ('*', _) => (TokenKind.Star, 1),
        ('/', _) => (TokenKind.Slash, 1),
        ('%', _) => (TokenKind.Percent, 1),
        ('[', _) => (TokenKind.OpenBracket, 1),
        (']', _) => (TokenKind.CloseBracket, 1),
        ('(', _) => (TokenKind.OpenParenthesis, 1),
        (')', _) => (TokenKind.CloseParenthesis, 1),
        _ => (TokenKind.Invalid, 0),
    };

    private void AddInvalid(char c)
    {
        var width = Rune.DecodeFromUtf16(_text.AsSpan(_position), out var rune, out var used) == System.Buffers.OperationStatus.Done ? used : 1;
        var start = _position;
        // A run of the same is one mistake.
        while (_position < _text.Length && _text[_position] == c && width == 1)
            _position++;
        _position = Math.Max(_position, start + width);
        var (message, hint) = c switch
        {
            '\'' => ("single quotes are no string", "write strings in double quotes"),
            '`' => ("backquotes are no string", "a text of several lines is written as a here-document: <<EOT … EOT"),
            '“' or '”' or '„' => ("typographic quotes are no string", "write strings in plain double quotes"),
            ';' => ("semicolons separate nothing here", "each attribute stands on a line of its own"),
            '&' or '|' => ($"there is no operator \"{c}\"", $"logical operators are written {c}{c}"),
            '^' or '~' => ($"there is no operator \"{c}\"", null),
            _ when rune.Value == 0 || char.IsControl(c) => ($"a character U+{(int)c:X4} cannot stand here", null),
            _ => ($"the character {rune} cannot stand here", (string?)null),
        };
        var range = RangeFrom(start);
        _tokens.Add(new Token(TokenKind.Invalid, start, _position, range));
        _diagnostics.Error(_source.At(range), message, hint);
    }

    /// <summary>Digits, points within and exponents: <c>1.5</c>, <c>10e-3</c>.</summary>
    private int MeasureNumber()
    {
        var end = _position + 1;
        var kept = end;
        while (end < _text.Length)
        {
            var c = _text[end];
            if (char.IsAsciiDigit(c))
            {
                kept = ++end;
            }
            else if (c == '.')
            {
                end++;
            }
            else if (c is 'e' or 'E')
            {
                var digit = end + 1 < _text.Length && _text[end + 1] is '+' or '-' ? end + 2 : end + 1;
                if (digit >= _text.Length || !char.IsAsciiDigit(_text[digit]))
                    break;
                kept = end = digit + 1;
            }
            else
            {
                break;
            }
        }
        return kept - _position;
    }

    private void SkipLine()
    {
        var end = _text.IndexOf('\n', _position);
        if (end < 0)
            end = _text.Length;
        else if (end > _position && _text[end - 1] == '\r')
            end--;
        _position = end;
    }

    private void SkipComment()
    {
        var start = _position;
        var end = _text.IndexOf("*/", _position + 2, StringComparison.Ordinal);
        if (end < 0)
            _diagnostics.Error(_source.At(RangeOf(start, start + 2)), "this comment is never closed", "a comment that begins with /* ends with */");
        Advance(end < 0 ? _text.Length : end + 2);
    }

    /// <summary>The brace of a template's sequence brings its template back.</summary>
    private void CloseBrace(int length)
    {
        var frame = _frames.Peek();
        if (frame.IsSequence && frame.Braces == 0)
        {
            Add(TokenKind.CloseSequence, length);
            _frames.Pop();
            return;
        }
        frame.Braces = Math.Max(0, frame.Braces - 1);
        Add(length == 1 ? TokenKind.CloseBrace : TokenKind.CloseSequence, length);
    }

    private char Next(int offset) => _position + offset < _text.Length ? _text[_position + offset] : '\0';

    private void Add(TokenKind kind, int length)
    {
        var start = _position;
        _position += length;
        _tokens.Add(new Token(kind, start, _position, RangeFrom(start)));
    }

    private void AddNewline(int length)
    {
        Add(TokenKind.Newline, length);
        _line++;
        _lineStart = _position;
    }

    /// <summary>Goes on to an offset, counting lines.</summary>
    private void Advance(int end)
    {
        for (var i = _text.IndexOf('\n', _position, end - _position); i >= 0; i = _text.IndexOf('\n', i + 1, end - i - 1))
        {
            _line++;
            _lineStart = i + 1;
        }
        _position = end;
    }

    private TextPosition PositionOf(int offset) => new(_line, offset - _lineStart + 1);

    private TextRange RangeFrom(int start) => RangeOf(start, _position);

    // Both on the current line.
    private TextRange RangeOf(int start, int end) => new(PositionOf(start), PositionOf(end));

    private sealed class Frame(LexerMode mode)
    {
        public LexerMode Mode { get; } = mode;

        /// <summary>Whether it is the inside of a template's interpolation or directive.</summary>
        public bool IsSequence { get; init; }

        /// <summary>Open braces within.</summary>
        public int Braces { get; set; }

        /// <summary>What ends a here-document.</summary>
        public string Marker { get; init; } = "";

        /// <summary>Whether a here-document's current line has nothing but literal text so far.</summary>
        public bool IsAtLineStart { get; set; } = true;
    }
}
