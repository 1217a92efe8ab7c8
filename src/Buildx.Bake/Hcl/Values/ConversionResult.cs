namespace Buildx.Bake.Hcl.Values;

/// <summary>A converted value, or why there is none.</summary>
/// <param name="Path">Where in the value it fails, as written behind its name: <c>[0].name</c>; empty for the value itself.</param>
public sealed record ConversionResult(Value? Value, string? Error = null, string Path = "")
{
    public static implicit operator ConversionResult(Value value) => new(value);

    public static ConversionResult Fail(string error) => new(null, error);

    /// <summary>The same failure, seen from the value around.</summary>
    public ConversionResult Inside(string step) => this with { Path = step + Path };

    /// <summary>The error, with the path if there is one.</summary>
    public override string ToString() => Value is { } value ? value.ToString() : Path.Length == 0 ? Error! : $"{Path}: {Error}";
}
