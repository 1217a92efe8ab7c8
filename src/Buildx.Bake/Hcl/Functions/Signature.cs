namespace Buildx.Bake.Hcl.Functions;

/// <summary>Words about a function's parameters.</summary>
internal static class Signature
{
    /// <summary><c>2 arguments</c>, <c>at least 1 argument</c>.</summary>
    public static string Count(HclFunction function) =>
        $"{(function.VariadicParameter is null ? "" : "at least ")}{function.Parameters.Count} argument{(function.Parameters.Count == 1 ? "" : "s")}";

    /// <summary><c>split(separator, str)</c>.</summary>
    public static string Write(HclFunction function)
    {
        var names = function.Parameters.Select(parameter => parameter.Name);
        if (function.VariadicParameter is { } variadic)
            names = names.Append(variadic.Name + "...");
        return $"{function.Name}({string.Join(", ", names)})";
    }
}
