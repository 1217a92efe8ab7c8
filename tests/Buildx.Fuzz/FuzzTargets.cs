using Buildx.Fuzz.Targets;

namespace Buildx.Fuzz;

public static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
        [new SyntaxTarget(), new ConversionTarget(), new ExpansionTarget(), new IgnoreTarget(), new GitReferenceTarget(), new HclTarget(), new HclJsonTarget(), new HclTemplateTarget()];
}
