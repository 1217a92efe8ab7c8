namespace Buildx.Bake.Compose;

internal sealed partial class ComposeLoader
{
    /// <summary>Puts what included files have under what this one has.</summary>
    private ComposeMapping Include(ComposeMapping model, ComposeMapping tagged, IReadOnlyList<string> included)
    {
        var entries = model["include"] switch
        {
            null or ComposeScalar { IsNull: true } => [],
            ComposeSequence sequence => sequence.Items,
            var other => throw new ComposeException(other.Range, $"include is a list, not {other.Kind}"),
        };
        foreach (var entry in entries)
        {
            var imported = ResetTags.Apply(LoadIncluded(entry, included), tagged);
            foreach (var section in imported.Entries)
            {
                var own = model[section.Key] as ComposeMapping ?? new ComposeMapping([], section.Value.Range);
                model = model.With(section with { Value = MergeSection(section.Key, (ComposeMapping)section.Value, own) });
            }
        }
        return model.Without("include");
    }

    private static ComposeMapping MergeSection(string name, ComposeMapping imported, ComposeMapping own)
    {
        foreach (var entry in imported.Entries)
        {
            own = own[entry.Key] is { } known
                ? own.With(entry with
                {
                    Value = (entry.Value, known) is (ComposeMapping below, ComposeMapping over)
                        ? name == "services" ? ComposeMerger.MergeService(below, over) : ComposeMerger.Merge(below, over)
                        : known,
                })
                : own.With(entry);
        }
        return own;
    }

    private ComposeMapping LoadIncluded(ComposeNode entry, IReadOnlyList<string> included)
    {
        var options = entry as ComposeMapping;
        var paths = ComposeTexts.List((options is null ? entry : options["path"]) ?? entry, "the path of an include");
        if (paths.Count == 0)
            throw new ComposeException(entry.Range, "an include has no path");
        var files = paths.Select(path => ReadFile(ComposePaths.Join(Base, path.Text), path.Range)).ToList();
        if (included.Contains(files[0].Name))
            throw new ComposeException(entry.Range, $"the includes go round in a circle: {string.Join(" -> ", included)} -> {files[0].Name}");
        var own = options?["project_directory"] is ComposeScalar { Value: string project } ? project : ComposePaths.DirectoryOf(paths[0].Text);
        var projectDirectory = ComposePaths.Join(Base, own);
        // Its paths are made relative to this file's directory here, and to the root later.
        var loader = new ComposeLoader(environment.With(ReadEnvironmentOf(options, projectDirectory)), root, own, warnings) { ReadFrom = projectDirectory };
        return loader.Load(files, included);
    }

    private Dictionary<string, string> ReadEnvironmentOf(ComposeMapping? options, string projectDirectory)
    {
        var files = options?["env_file"] is { } given ? ComposeTexts.List(given, "the env_file of an include") : [];
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (files.Count == 0 && File.Exists(Path.Combine(root, projectDirectory, ".env")))
            ReadEnvironment(ComposePaths.Join(projectDirectory, ".env"), options?.Range ?? default, values);
        foreach (var file in files.Where(file => file.Text != "/dev/null"))
            ReadEnvironment(ComposePaths.Join(Base, file.Text), file.Range, values);
        return values;
    }

    private void ReadEnvironment(string path, SourceRange from, Dictionary<string, string> values)
    {
        try
        {
            EnvironmentFile.Read(ReadFile(path, from).Text, environment.Lookup, values);
        }
        catch (FormatException e)
        {
            throw new ComposeException(from, $"{path}: {e.Message}");
        }
    }
}
