namespace Buildx.Bake.Compose;

/// <summary>
/// Reads Compose files into one tree that has what matters to builds: services and secrets. Variables are replaced, includes and
/// extended services are followed, the files are merged, short forms are written out, and paths are relative to
/// <paramref name="directory"/>'s parent.
/// </summary>
/// <param name="root">The directory that all relative paths are relative to in the end.</param>
/// <param name="directory">Where these files' own paths are counted from, relative to the root; empty for the root.</param>
internal sealed partial class ComposeLoader(ComposeEnvironment environment, string root, string directory, DiagnosticBag warnings)
{
    private static readonly string[] ServiceKeys = ["image", "build", "environment", "env_file"];
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);

    /// <summary>The directory to read files from, relative to the root, where it isn't the one that paths are counted from.</summary>
    private string? ReadFrom { get; init; }

    private string Base => ReadFrom ?? directory;

    /// <param name="included">The files that are being read already.</param>
    /// <exception cref="ComposeException">Something is wrong.</exception>
    public ComposeMapping Load(IReadOnlyList<SourceText> files, IReadOnlyList<string> included)
    {
        var documents = files.Select(file => (File: file, Documents: ComposeParser.Parse(file))).ToList();
        foreach (var name in documents.SelectMany(file => file.Documents).OfType<ComposeMapping>().Select(document => document["name"]).OfType<ComposeScalar>())
            environment.SetProjectName(NormalizeName(Interpolation.Substitute(name.Text, environment.Lookup)));
        var merged = new ComposeMapping([], files[0].At(default));
        foreach (var (file, parts) in documents)
        {
            foreach (var part in parts)
                merged = Add(merged, part, file, included);
        }
        return ComposePaths.Resolve(ComposeCanonical.WithDefaults(merged), directory);
    }

    private static string NormalizeName(string name) =>
        new string([.. name.ToLowerInvariant().Where(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-')]).TrimStart('_', '-');

    private ComposeMapping Add(ComposeMapping merged, ComposeNode document, SourceText file, IReadOnlyList<string> included)
    {
        if (document is not ComposeMapping raw)
            throw new ComposeException(document.Range, $"a Compose file is a mapping at the top, not {document.Kind}", "e.g. services: ...");
        var tagged = (ComposeMapping)Interpolate(raw);
        var model = Include((ComposeMapping)ResetTags.Strip(tagged), tagged, [.. included, file.Name]);
        merged = ResetTags.Apply(merged, tagged);
        model = Extend(model, tagged, file);
        return ComposeCanonical.Write(ComposeMerger.Merge(merged, Relevant(model)));
    }

    /// <summary>What builds don't need is left out, and so are mistakes in it.</summary>
    private static ComposeMapping Relevant(ComposeMapping model) => model.Only("services", "secrets").Select(section => section is { Key: "services", Value: ComposeMapping services }
        ? services.Select(service => service.Value is ComposeMapping mapping ? mapping.Only(ServiceKeys) : service.Value)
        : section.Value);

    private ComposeNode Interpolate(ComposeNode node)
    {
        var wrong = new DiagnosticBag();
        var result = Interpolate(node, wrong);
        return wrong.HasErrors ? throw new ComposeException(wrong) : result;
    }

    private ComposeNode Interpolate(ComposeNode node, DiagnosticBag wrong)
    {
        switch (node)
        {
            case ComposeScalar { Value: string text } scalar when text.Contains('$'):
                try
                {
                    return scalar with { Value = Interpolation.Substitute(text, environment.Lookup, name => Warn(name, node.Range)) };
                }
                catch (FormatException e)
                {
                    wrong.Error(node.Range, e.Message);
                    return node;
                }
            case ComposeMapping mapping:
                return mapping.Select(entry => Interpolate(entry.Value, wrong));
            case ComposeSequence sequence:
                return sequence with { Items = [.. sequence.Items.Select(item => Interpolate(item, wrong))] };
            default:
                return node;
        }
    }

    private void Warn(string variable, SourceRange place)
    {
        if (_missing.Add(variable))
        {
            warnings.Add(new Diagnostic(DiagnosticSeverity.Warning, $"the variable {variable} is not set; its value is taken as empty", [place.Range])
            {
                Source = place.Source,
                Hint = $"set it, or write ${{{variable}:-DEFAULT}}",
            });
        }
    }

    private SourceText ReadFile(string path, SourceRange from)
    {
        try
        {
            return new SourceText(path, File.ReadAllText(Path.Combine(root, path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ComposeException(from, $"{path} can't be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message)}");
        }
    }
}
