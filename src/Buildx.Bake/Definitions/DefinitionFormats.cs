using Buildx.Bake.Compose;
using Buildx.Bake.Hcl;

namespace Buildx.Bake.Definitions;

/// <summary>Tells Compose files from those in HCL and JSON: by their names, else by what they can be read as.</summary>
internal static class DefinitionFormats
{
    /// <exception cref="BakeException">What is wrong with their syntax, of all files.</exception>
    public static (IReadOnlyList<SourceText> Compose, IReadOnlyList<Body> Bodies) Sort(IReadOnlyList<SourceText> files, BakeOptions options)
    {
        var compose = new List<SourceText>();
        var bodies = new List<Body>();
        var diagnostics = new DiagnosticBag();
        foreach (var file in files)
        {
            var name = file.Name.ToLowerInvariant();
            if (name.EndsWith(".yml", StringComparison.Ordinal) || name.EndsWith(".yaml", StringComparison.Ordinal))
                compose.Add(file);
            else if (name.EndsWith(".json", StringComparison.Ordinal))
                bodies.Add(Take(HclFile.ParseJson(file.Text, file.Name), diagnostics));
            else if (name.EndsWith(".hcl", StringComparison.Ordinal))
                bodies.Add(Take(HclFile.Parse(file.Text, file.Name), diagnostics));
            else if (IsCompose(file, options))
                compose.Add(file);
            else
                bodies.Add(ParseAny(file, diagnostics));
        }
        return diagnostics.HasErrors ? throw new BakeException([.. diagnostics]) : (compose, bodies);
    }

    private static bool IsCompose(SourceText file, BakeOptions options)
    {
        try
        {
            ComposeReader.Read([file], options, isComplete: false);
            return true;
        }
        catch (BakeException)
        {
            return false;
        }
    }

    private static Body ParseAny(SourceText file, DiagnosticBag diagnostics)
    {
        var native = HclFile.Parse(file.Text, file.Name);
        if (!native.HasErrors)
            return native.Body;
        var json = HclFile.ParseJson(file.Text, file.Name);
        return json.HasErrors && !file.Text.TrimStart().StartsWith('{') ? Take(native, diagnostics) : Take(json, diagnostics);
    }

    private static Body Take(HclFile file, DiagnosticBag diagnostics)
    {
        diagnostics.AddRange(file.Diagnostics);
        return file.Body;
    }
}
