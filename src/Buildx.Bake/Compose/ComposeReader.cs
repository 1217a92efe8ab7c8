using Buildx.Bake.Targets;

namespace Buildx.Bake.Compose;

/// <summary>Makes targets of the services that a Compose project builds; together they are the group <c>default</c>.</summary>
internal static class ComposeReader
{
    /// <exception cref="BakeException">All that is wrong in the files.</exception>
    public static BakeDefinition Read(IReadOnlyList<SourceText> files, BakeOptions options, bool isComplete = true)
    {
        var warnings = new DiagnosticBag();
        var diagnostics = new DiagnosticBag();
        try
        {
            var environment = ComposeEnvironment.Create(options);
            var model = new ComposeLoader(environment, options.WorkingDirectory, "", warnings).Load(files, []);
            CheckTop(model, files);
            var services = model["services"] as ComposeMapping;
            var secrets = ReadSecrets(model["secrets"] as ComposeMapping, diagnostics, isComplete);
            var reader = new ServiceReader(environment, options.WorkingDirectory, secrets, services, diagnostics, isComplete);
            var targets = (services?.Entries ?? []).Select(reader.Read).OfType<BakeTarget>().Select(target => WithOrigin(target, files[0], options)).ToList();
            if (diagnostics.HasErrors)
                throw new BakeException([.. diagnostics]);
            var groups = services is { Entries.Count: > 0 } ? new[] { new BakeGroup("default", [.. targets.Select(target => target.Name)]) { IsUnsaid = targets.Count == 0 } } : [];
            return new BakeDefinition(groups, targets, null) { Warnings = [.. warnings] };
        }
        catch (ComposeException e)
        {
            throw new BakeException(e.Diagnostics);
        }
    }

    private static void CheckTop(ComposeMapping model, IReadOnlyList<SourceText> files)
    {
        if (model["services"] is null && model["secrets"] is null)
            throw new ComposeException(files[0].At(default), "the Compose file has no services");
        foreach (var section in model.Entries.Where(section => section.Value is not ComposeMapping))
            throw new ComposeException(section.Value.Range, $"{section.Key} is a mapping, not {section.Value.Kind}");
    }

    private static Dictionary<string, ComposeSecret> ReadSecrets(ComposeMapping? section, DiagnosticBag diagnostics, bool isComplete)
    {
        var secrets = new Dictionary<string, ComposeSecret>(StringComparer.Ordinal);
        foreach (var entry in section?.Entries ?? [])
        {
            var secret = ComposeSecret.Read(entry, diagnostics);
            if (isComplete && secret is { IsExternal: false, File: "", Variable: "" })
                diagnostics.Error(entry.KeyRange, $"the secret {entry.Key} comes from nowhere", "give it a file or an environment");
            secrets[entry.Key] = secret;
        }
        return secrets;
    }

    private static BakeTarget WithOrigin(BakeTarget target, SourceText file, BakeOptions options)
    {
        if (!options.PathsAreRelativeToFiles || DefinitionFiles.DirectoryOf(file) is not { } directory)
            return target;
        return target with
        {
            Origin = new PathOrigin(directory, target.Context is null ? null : directory, null, (target.Contexts ?? new Dictionary<string, string>()).Keys.ToDictionary(name => name, _ => directory)),
        };
    }
}
