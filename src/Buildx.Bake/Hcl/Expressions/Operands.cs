using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

internal static class Operands
{
    /// <returns>Null when the operator cannot take it.</returns>
    public static Value? Read(Value value, HclType type, string symbol, SourceRange range, DiagnosticBag diagnostics)
    {
        var converted = ValueConversion.Convert(value, type);
        if (converted.Value is null)
            diagnostics.Error(range, $"{symbol} cannot take this: {converted}");
        else if (value.IsNull)
            diagnostics.Error(range, $"{symbol} cannot take null; {Mismatch.Article(type)} is required");
        return value.IsNull ? null : converted.Value;
    }
}
