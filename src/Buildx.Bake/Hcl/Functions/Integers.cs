using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Functions;

internal static class Integers
{
    public const string Required = "must be a whole number that is not too large";

    /// <summary>Arguments that count something. What is out of range is no count.</summary>
    public static bool TryRead(Value value, out int number) => value.AsNumber.TryGetInt32(out number);
}
