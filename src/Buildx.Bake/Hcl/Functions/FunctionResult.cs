using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>What a call gives: a value, or what is wrong, perhaps with one argument.</summary>
public sealed record FunctionResult(Value? Value, string? Error, int? Argument = null)
{
    public static implicit operator FunctionResult(Value value) => new(value, null);

    public static FunctionResult Fail(string error, int? argument = null) => new(null, error, argument);
}
