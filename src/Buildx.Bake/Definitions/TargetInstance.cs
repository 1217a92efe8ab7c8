using Buildx.Bake.Hcl;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Definitions;

/// <summary>One target of a block while it is evaluated, attribute by attribute, as they are asked for.</summary>
internal sealed class TargetInstance(TargetBlock block, string name, EvaluationScope scope)
{
    public TargetBlock Block { get; } = block;

    public EvaluationScope Scope { get; } = scope;

    public BakeTarget Target { get; set; } = new(name);

    public HashSet<string> Evaluated { get; } = new(StringComparer.Ordinal);
}
