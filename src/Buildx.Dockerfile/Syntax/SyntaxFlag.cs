namespace Buildx.Dockerfile;

/// <summary>A word <c>--name[=value]</c> between keyword and arguments; its quotes and escapes are resolved.</summary>
/// <param name="Value">Null when there is no <c>=</c>.</param>
/// <param name="ValueRange">Of the value as it is written, null when there is none.</param>
public sealed record SyntaxFlag(string Name, string? Value, TextRange Range, TextRange? ValueRange)
{
    public string Text => Value is null ? "--" + Name : $"--{Name}={Value}";

    public override string ToString() => Text;
}
