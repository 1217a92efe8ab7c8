namespace Buildx.Bake.Hcl;

/// <summary><c>type "label" { … }</c>.</summary>
/// <param name="DefinitionRange">Type and labels, without the body.</param>
public sealed record HclBlock(string Type, IReadOnlyList<string> Labels, Body Body, SourceRange TypeRange, IReadOnlyList<SourceRange> LabelRanges, SourceRange DefinitionRange);
