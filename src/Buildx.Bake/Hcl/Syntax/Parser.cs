using Buildx.Bake.Hcl.Expressions;

namespace Buildx.Bake.Hcl.Syntax;

/// <summary>
/// Makes bodies and expressions of tokens. After a mistake the rest of the attribute or block is skipped and reading goes on
/// behind it, so that all mistakes of a file are found at once.
/// </summary>
internal sealed partial class Parser
{
    private const int MaximumNesting = 200;
    private static readonly TextPosition Start = new(1, 1);
    private readonly SourceText _source;
    private readonly string _text;
    private readonly Token[] _tokens;
    private readonly DiagnosticBag _diagnostics;
    private int _index;
    private int _nesting;
    private bool _skipsNewlines;

    // Set by the first mistake in an item: what else seems wrong in it may only follow from that.
    private bool _failed;

    private Parser(SourceText source, string text, Token[] tokens, DiagnosticBag diagnostics)
    {
        _source = source;
        _text = text;
        _tokens = tokens;
        _diagnostics = diagnostics;
    }

    public static NativeBody ParseFile(SourceText source, DiagnosticBag diagnostics)
    {
        var parser = new Parser(source, source.Text, Lexer.Read(source, source.Text, Start, diagnostics), diagnostics);
        return parser.ParseBody(TokenKind.EndOfFile, default);
    }

    /// <summary>Reads an expression that stands in the source at a place, where it may be written otherwise.</summary>
    public static Expression ParseExpression(SourceText source, string text, TextPosition from, DiagnosticBag diagnostics)
    {
        var parser = new Parser(source, text, Lexer.Read(source, text, from, diagnostics), diagnostics) { _skipsNewlines = true };
        var expression = parser.ParseExpression();
        if (parser.Peek().Kind != TokenKind.EndOfFile)
            parser.Fail(parser.Peek().Range, "the expression should end here", "operands stand on both sides of an operator, and arguments are separated by commas");
        return expression;
    }

    /// <summary>Reads a template that stands in the source at a place, where it may be written otherwise.</summary>
    public static Expression ParseTemplate(SourceText source, string text, TextPosition from, DiagnosticBag diagnostics)
    {
        var parser = new Parser(source, text, Lexer.Read(source, text, from, diagnostics, isTemplate: true), diagnostics);
        return parser.ParseTemplateUpTo(TokenKind.EndOfFile, parser.Peek().Range, isIndented: false);
    }

    private Token Peek()
    {
        if (_skipsNewlines)
        {
            while (_tokens[_index].Kind == TokenKind.Newline)
                _index++;
        }
        return _tokens[_index];
    }

    private Token Take()
    {
        var token = Peek();
        if (token.Kind != TokenKind.EndOfFile)
            _index++;
        return token;
    }

    private bool TryTake(TokenKind kind)
    {
        if (Peek().Kind != kind)
            return false;
        Take();
        return true;
    }

    private bool IsKeyword(Token token, string keyword) => token.Kind == TokenKind.Identifier && TextOf(token).SequenceEqual(keyword);

    private ReadOnlySpan<char> TextOf(Token token) => _text.AsSpan(token.Start, token.Length);

    private string StringOf(Token token) => TextOf(token).ToString();

    private TextRange PreviousRange => _index == 0 ? new TextRange(Start, Start) : _tokens[_index - 1].Range;

    private SourceRange At(TextRange range) => _source.At(range);

    private static TextRange Between(TextRange first, TextRange last) => new(first.Start, last.End);

    private SourceRange Between(SourceRange first, TextRange last) => At(Between(first.Range, last));

    private void Fail(TextRange range, string message, string? hint = null)
    {
        // A token that is none was reported when it was read.
        if (!_failed && _tokens[_index].Kind != TokenKind.Invalid && PreviousKind != TokenKind.Invalid)
            _diagnostics.Error(At(range), message, hint);
        _failed = true;
    }

    private TokenKind PreviousKind => _index == 0 ? TokenKind.Newline : _tokens[_index - 1].Kind;

    /// <summary>How a token is called in a message.</summary>
    private string Describe(Token token) => token.Kind switch
    {
        TokenKind.EndOfFile => "the end of the file",
        TokenKind.Newline => "the end of the line",
        TokenKind.OpenQuote or TokenKind.CloseQuote => "a quote",
        TokenKind.OpenHeredoc => "a here-document",
        TokenKind.QuotedLiteral or TokenKind.Literal => "text",
        _ => $"\"{TextOf(token)}\"",
    };

    private InvalidExpression Invalid(TextRange range) => new(At(range));
}
