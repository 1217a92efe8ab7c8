using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

internal static class VersionFunctions
{
    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("semvercmp", "Returns true if version satisfies a constraint.", HclType.Bool, [Text("version"), Text("contraint")], Check),
    ];

    private static FunctionResult Check(IReadOnlyList<Value> arguments)
    {
        if (!SemanticVersion.TryParse(arguments[0].AsString, out var version))
            return Fail($"is no semantic version: {Mismatch.Quote(arguments[0].AsString)}", 0);
        return VersionConstraint.Parse(arguments[1].AsString) is { } constraint
            ? Value.Bool(constraint.IsMetBy(version))
            : Fail($"is no constraint of versions: {Mismatch.Quote(arguments[1].AsString)}", 1);
    }
}
