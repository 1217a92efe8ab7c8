namespace Buildx.Bake.Hcl;

/// <summary>A file that was read: what is right of it, and all that is wrong with it.</summary>
public sealed record HclFile(SourceText Source, Body Body, IReadOnlyList<Diagnostic> Diagnostics)
{
    public bool HasErrors => Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    /// <summary>Reads the native syntax. Never throws.</summary>
    public static HclFile Parse(string text, string fileName)
    {
        var source = new SourceText(fileName, text);
        var diagnostics = new DiagnosticBag();
        var body = Syntax.Parser.ParseFile(source, diagnostics);
        return new HclFile(source, body, diagnostics);
    }

    /// <summary>Reads the JSON syntax. Never throws.</summary>
    public static HclFile ParseJson(string text, string fileName)
    {
        var source = new SourceText(fileName, text);
        var diagnostics = new DiagnosticBag();
        var body = Json.JsonParser.ParseBody(source, diagnostics);
        return new HclFile(source, body, diagnostics);
    }
}
