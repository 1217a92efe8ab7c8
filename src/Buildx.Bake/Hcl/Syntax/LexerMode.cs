namespace Buildx.Bake.Hcl.Syntax;

internal enum LexerMode
{
    Normal,
    Quoted,
    Heredoc,

    /// <summary>A text that is a template as a whole.</summary>
    BareTemplate,
}
