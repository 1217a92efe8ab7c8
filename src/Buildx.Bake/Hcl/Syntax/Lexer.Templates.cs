namespace Buildx.Bake.Hcl.Syntax;

internal sealed partial class Lexer
{
    private void ReadQuoted()
    {
        var c = _text[_position];
        if (c == '"')
        {
            Add(TokenKind.CloseQuote, 1);
            _frames.Pop();
            return;
        }
        if (TryOpenSequence())
            return;
        if (c is '\n' or '\r')
        {
            CutQuoted();
            return;
        }
        var start = _position;
        while (_position < _text.Length && _text[_position] is not ('"' or '\n' or '\r'))
        {
            if (_text[_position] == '\\')
                _position = Math.Min(_position + (Next(1) is '\n' or '\r' ? 1 : 2), _text.Length);
            else if (TrySkipEscapedSequence())
                continue;
            else if (IsSequenceStart())
                break;
            else
                _position++;
        }
        AddLiteral(TokenKind.QuotedLiteral, start);
    }

    /// <summary>A quoted template ends on its line. It is closed here, so that what follows is still read as it was meant.</summary>
    private void CutQuoted()
    {
        var open = _tokens.FindLastIndex(token => token.Kind == TokenKind.OpenQuote);
        _diagnostics.Error(_source.At(RangeOf(_position, _position)), "a string in quotes must end on the line it begins on",
            open >= 0 ? "close it with \", or write a text of several lines as a here-document: <<EOT … EOT" : null);
        Add(TokenKind.Invalid, 0);
        Add(TokenKind.CloseQuote, 0);
        _frames.Pop();
        // So do the quoted templates around it.
        while (_frames.Peek().IsSequence && _frames.ElementAt(1).Mode == LexerMode.Quoted)
        {
            Add(TokenKind.CloseSequence, 0);
            Add(TokenKind.CloseQuote, 0);
            _frames.Pop();
            _frames.Pop();
        }
    }

    private bool TryOpenHeredoc()
    {
        var start = _position + 2;
        if (start < _text.Length && _text[start] == '-')
            start++;
        var length = Identifier.Measure(_text.AsSpan(start));
        var end = start + length;
        var newline = end < _text.Length && _text[end] == '\n' ? 1 : end + 1 < _text.Length && _text[end] == '\r' && _text[end + 1] == '\n' ? 2 : 0;
        if (length == 0 || newline == 0)
            return false;
        var from = _position;
        _position = end;
        _tokens.Add(new Token(TokenKind.OpenHeredoc, from, end, RangeFrom(from)));
        Advance(end + newline);
        _frames.Push(new Frame(LexerMode.Heredoc) { Marker = _text[start..end] });
        return true;
    }

    private void ReadHeredoc()
    {
        var frame = _frames.Peek();
        if (frame.IsAtLineStart && TryCloseHeredoc(frame))
            return;
        if (TryOpenSequence())
        {
            frame.IsAtLineStart = false;
            return;
        }
        frame.IsAtLineStart = ReadLiteralLine();
    }

    private bool TryCloseHeredoc(Frame frame)
    {
        var end = _text.IndexOf('\n', _position);
        if (end < 0)
            return false;
        var line = _text.AsSpan(_position, end - _position);
        if (!line.Trim().SequenceEqual(frame.Marker))
            return false;
        Add(TokenKind.CloseHeredoc, line.TrimEnd('\r').Length);
        _frames.Pop();
        return true;
    }

    private void ReadBareTemplate()
    {
        if (!TryOpenSequence())
            ReadLiteralLine();
    }

    /// <summary>Reads literal text up to a sequence or past the end of the line.</summary>
    /// <returns>Whether the line was ended.</returns>
    private bool ReadLiteralLine()
    {
        var start = _position;
        while (_position < _text.Length)
        {
            if (_text[_position] == '\n')
            {
                _position++;
                AddLiteral(TokenKind.Literal, start);
                return true;
            }
            if (TrySkipEscapedSequence())
                continue;
            if (IsSequenceStart())
                break;
            _position++;
        }
        AddLiteral(TokenKind.Literal, start);
        return false;
    }

    private bool TryOpenSequence()
    {
        if (!IsSequenceStart())
            return false;
        Add(_text[_position] == '$' ? TokenKind.OpenInterpolation : TokenKind.OpenDirective, Next(2) == '~' ? 3 : 2);
        _frames.Push(new Frame(LexerMode.Normal) { IsSequence = true });
        return true;
    }

    private bool IsSequenceStart() => _text[_position] is '$' or '%' && Next(1) == '{';

    // $${ and %%{ are the characters themselves.
    private bool TrySkipEscapedSequence()
    {
        if (_text[_position] is not ('$' or '%') || Next(1) != _text[_position] || Next(2) != '{')
            return false;
        _position += 3;
        return true;
    }

    private void AddLiteral(TokenKind kind, int start)
    {
        var end = _position;
        var from = PositionOf(start);
        var to = PositionOf(end);
        if (end > start && _text[end - 1] == '\n')
        {
            _line++;
            _lineStart = end;
            to = PositionOf(end);
        }
        _tokens.Add(new Token(kind, start, end, new TextRange(from, to)));
    }
}
