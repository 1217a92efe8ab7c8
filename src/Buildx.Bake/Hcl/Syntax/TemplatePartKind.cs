namespace Buildx.Bake.Hcl.Syntax;

internal enum TemplatePartKind
{
    Literal,
    Interpolation,
    If,
    Else,
    EndIf,
    For,
    EndFor,
    End,
}
