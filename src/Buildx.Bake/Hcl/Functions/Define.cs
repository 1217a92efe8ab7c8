using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Short ways to write down the functions of the standard library.</summary>
internal static class Define
{
    public static HclFunction Function(
        string name, string description, HclType? resultType, FunctionParameter[] parameters, Func<IReadOnlyList<Value>, FunctionResult> body, FunctionParameter? variadic = null) =>
        new(name, parameters, resultType, body, variadic, description);

    public static FunctionParameter Text(string name) => new(name, HclType.String);

    public static FunctionParameter Numeric(string name) => new(name, HclType.Number);

    public static FunctionParameter Flag(string name) => new(name, HclType.Bool);

    public static FunctionParameter Any(string name) => new(name, HclType.Dynamic);

    /// <summary>Gets null and unknown values too.</summary>
    public static FunctionParameter Raw(string name) => new(name, HclType.Dynamic, AllowsNull: true, AllowsUnknown: true);

    public static FunctionResult Fail(string error, int? argument = null) => FunctionResult.Fail(error, argument);

    public static bool IsSequence(HclType type) => type.Kind is TypeKind.List or TypeKind.Set or TypeKind.Tuple;

    public static bool IsIndexed(HclType type) => type.Kind is TypeKind.List or TypeKind.Tuple;

    public static bool IsMapping(HclType type) => type.Kind is TypeKind.Map or TypeKind.Object;
}
