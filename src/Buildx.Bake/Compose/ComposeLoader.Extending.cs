namespace Buildx.Bake.Compose;

internal sealed partial class ComposeLoader
{
    /// <summary>Completes every service that extends another.</summary>
    private ComposeMapping Extend(ComposeMapping model, ComposeMapping tagged, SourceText file)
    {
        if (model["services"] is not { } section)
            return model;
        if (section is not ComposeMapping services)
            throw new ComposeException(section.Range, $"services is a mapping, not {section.Kind}");
        foreach (var (name, _, service) in services.Entries)
        {
            // Most extend nothing, and are what they are.
            if (service is not ComposeMapping mapping || mapping["extends"] is not null)
                services = services.With(name, ExtendService(name, services, tagged, file.Name, []));
        }
        return model.With("services", services);
    }

    private ComposeNode ExtendService(string name, ComposeMapping services, ComposeMapping? tagged, string fileName, IReadOnlyList<string> path)
    {
        var node = services[name]!;
        if (node is ComposeScalar { IsNull: true })
            return node;
        if (node is not ComposeMapping service)
            throw new ComposeException(node.Range, $"the service {name} is a mapping, not {node.Kind}");
        if (service["extends"] is not { } extends)
            return service;
        var (baseName, baseFile) = ReadExtends(extends, name);
        var here = $"{name} in {fileName}";
        if (path.Contains(here))
            throw new ComposeException(extends.Range, $"the services extend each other in a circle: {string.Join(" -> ", path)} -> {here}");
        var (baseServices, baseFileName) = baseFile is null ? (services, fileName) : LoadBase(baseFile, name);
        if (baseServices[baseName] is null)
        {
            throw new ComposeException(
                extends.Range, $"the service {name} extends {baseName}, which is not in {baseFileName}",
                Suggestion.Find(baseName, baseServices.Entries.Select(entry => entry.Key)) is { } near ? $"did you mean {near}?" : null);
        }
        var extended = ExtendService(baseName, baseServices, baseFile is null ? tagged : null, baseFileName, [.. path, here]);
        if (extended is not ComposeMapping below)
            return service.Without("extends");
        if ((tagged?["services"] as ComposeMapping)?[name] is ComposeMapping own)
            below = ResetTags.Apply(below, own);
        return ComposeMerger.MergeService(below.Only([.. ServiceKeys]), service.Without("extends"));
    }

    private static (string Service, ComposeScalar? File) ReadExtends(ComposeNode extends, string name) => extends switch
    {
        ComposeScalar { Value: string service } => (service, null),
        ComposeMapping mapping when mapping["service"] is ComposeScalar { Value: string service } =>
            (service, mapping["file"] is ComposeScalar { Value: string } file ? file : null),
        _ => throw new ComposeException(extends.Range, $"extends of the service {name} names no service", "e.g. extends: { service: NAME, file: FILE }"),
    };

    private (ComposeMapping Services, string File) LoadBase(ComposeScalar path, string name)
    {
        var file = ReadFile(ComposePaths.Join(Base, path.Text), path.Range);
        var services = new ComposeMapping([], path.Range);
        foreach (var document in ComposeParser.Parse(file))
        {
            if (ResetTags.Strip(Interpolate(document)) is ComposeMapping model && model["services"] is ComposeMapping own)
                services = ComposeMerger.Merge(services, own.Select(service => service.Value is ComposeMapping mapping ? mapping.Only([.. ServiceKeys, "extends"]) : service.Value));
        }
        if (services.Entries.Count == 0)
            throw new ComposeException(path.Range, $"the service {name} extends one of {file.Name}, which has no services");
        var resolved = ComposePaths.Resolve(ComposeCanonical.Write(new ComposeMapping([new ComposeEntry("services", services.Range, services)], services.Range)), ComposePaths.DirectoryOf(path.Text));
        return ((ComposeMapping)resolved["services"]!, file.Name);
    }
}
