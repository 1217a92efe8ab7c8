namespace Buildx.Cli.Templates;

internal enum TokenKind
{
    Text,
    /// <summary><c>{{</c></summary>
    Open,
    /// <summary><c>}}</c></summary>
    Close,
    Identifier,
    /// <summary><c>.Name</c></summary>
    Field,
    /// <summary><c>$</c> or <c>$name</c></summary>
    Variable,
    /// <summary><c>.</c></summary>
    Dot,
    String,
    Number,
    /// <summary>One of <c>( ) | , := =</c></summary>
    Symbol,
    End,
}

/// <param name="Text">Without what delimits it: a string's content, a field's name.</param>
/// <param name="Offset">In the template.</param>
/// <param name="FollowsBlank">There is a blank before it: <c>.A .B</c> are two, <c>.A.B</c> is one.</param>
internal readonly record struct TemplateToken(TokenKind Kind, string Text, int Offset, bool FollowsBlank)
{
    public bool IsSymbol(string text) => Kind == TokenKind.Symbol && Text == text;

    public bool IsKeyword(string text) => Kind == TokenKind.Identifier && Text == text;
}
