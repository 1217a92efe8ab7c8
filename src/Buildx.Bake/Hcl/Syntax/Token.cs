namespace Buildx.Bake.Hcl.Syntax;

/// <param name="Start">The offset of its first character in the text.</param>
/// <param name="End">The offset behind its last character.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int End, TextRange Range)
{
    public int Length => End - Start;
}
