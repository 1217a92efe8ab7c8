namespace Buildx.Bake.Hcl.Expressions;

/// <summary>Where a call's parts stand.</summary>
internal sealed record CallRanges(SourceRange Name, SourceRange OpenParenthesis, SourceRange CloseParenthesis);
