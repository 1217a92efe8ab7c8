using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>Keys of objects that are made by expressions.</summary>
internal static class ObjectKeys
{
    /// <returns>Null when it is unknown, or no key.</returns>
    public static string? Read(Value key, SourceRange range, DiagnosticBag diagnostics)
    {
        if (key.IsNull)
        {
            diagnostics.Error(range, "null cannot be the key of an object");
            return null;
        }
        var text = ValueConversion.ToText(key);
        if (text.Value is null)
            diagnostics.Error(range, $"{Mismatch.Article(key.Type)} cannot be the key of an object", "keys are strings");
        return text.Value is { IsKnown: true } known ? known.AsString : null;
    }
}
