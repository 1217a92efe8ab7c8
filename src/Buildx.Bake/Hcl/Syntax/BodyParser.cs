namespace Buildx.Bake.Hcl.Syntax;

/// <summary>Reads attributes and blocks.</summary>
internal static class BodyParser
{
    public static Body Parse(SourceText source, DiagnosticBag diagnostics)
    {
        diagnostics.Error(source.At(default), "HCL cannot be read by this version yet");
        return new NativeBody(source.At(default), [], []);
    }
}
