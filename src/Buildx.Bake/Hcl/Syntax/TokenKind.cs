namespace Buildx.Bake.Hcl.Syntax;

internal enum TokenKind : byte
{
    EndOfFile,
    Newline,
    Identifier,
    Number,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParenthesis,
    CloseParenthesis,
    OpenQuote,
    CloseQuote,
    OpenHeredoc,
    CloseHeredoc,

    /// <summary>A piece of a quoted template, with its escapes.</summary>
    QuotedLiteral,

    /// <summary>A piece of a here-document or of a bare template.</summary>
    Literal,

    /// <summary><c>${</c>, perhaps with a strip marker.</summary>
    OpenInterpolation,

    /// <summary><c>%{</c>, perhaps with a strip marker.</summary>
    OpenDirective,

    /// <summary>The <c>}</c> of an interpolation or a directive, perhaps with a strip marker in front.</summary>
    CloseSequence,
    Dot,
    Comma,
    Ellipsis,
    DoubleColon,
    Colon,
    Question,
    Assign,
    Arrow,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Not,
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,

    /// <summary>Something that is no token; it was reported.</summary>
    Invalid,
}
