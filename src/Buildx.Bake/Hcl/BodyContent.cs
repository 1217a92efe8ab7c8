namespace Buildx.Bake.Hcl;

/// <summary>What a schema found in a body, in the order of the text.</summary>
/// <param name="Rest">The body without what was found.</param>
public sealed record BodyContent(IReadOnlyList<HclAttribute> Attributes, IReadOnlyList<HclBlock> Blocks, Body Rest)
{
    public HclAttribute? Find(string attribute) => Attributes.FirstOrDefault(candidate => candidate.Name == attribute);
}
