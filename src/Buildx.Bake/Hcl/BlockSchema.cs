namespace Buildx.Bake.Hcl;

/// <param name="LabelNames">What each label is, for messages; a block has exactly so many.</param>
public sealed record BlockSchema(string Type, params IReadOnlyList<string> LabelNames);
