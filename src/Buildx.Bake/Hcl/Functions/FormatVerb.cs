namespace Buildx.Bake.Hcl.Functions;

/// <summary>A verb of a format, such as <c>%-5.2[1]f</c>.</summary>
/// <param name="Argument">Counted from 1.</param>
internal sealed record FormatVerb(char Mode, string Text, string Flags, int? Width, int? Precision, int Argument)
{
    public bool Has(char flag) => Flags.Contains(flag, StringComparison.Ordinal);
}
