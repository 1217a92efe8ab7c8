using Buildx.Bake.Hcl;

namespace Buildx.Bake.Definitions;

/// <summary>One <c>target</c> block, and the targets that its matrix makes of it.</summary>
internal sealed class TargetBlock(HclBlock block, BodyContent content)
{
    public HclBlock Block { get; } = block;

    public string Label => Block.Labels[0];

    public HclAttribute? Matrix { get; } = content.Find("matrix");

    public HclAttribute? Name { get; } = content.Find("name");

    /// <summary>What becomes part of the target, by name.</summary>
    public IReadOnlyDictionary<string, HclAttribute> Attributes { get; } = content.Attributes
        .Where(attribute => TargetAttribute.ByName.ContainsKey(attribute.Name))
        .GroupBy(attribute => attribute.Name, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    /// <summary>Filled when names are found: one without a matrix, else one for each combination.</summary>
    public List<TargetInstance> Instances { get; } = [];
}
