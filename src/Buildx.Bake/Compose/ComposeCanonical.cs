namespace Buildx.Bake.Compose;

/// <summary>Writes short forms out, so that everything has one form only.</summary>
internal static class ComposeCanonical
{
    public static ComposeMapping Write(ComposeMapping model) => model["services"] is ComposeMapping services
        ? model.With("services", services.Select(service => service.Value is ComposeMapping mapping ? WriteService(mapping) : service.Value))
        : model;

    /// <summary>A build without a context builds the directory of the file.</summary>
    public static ComposeMapping WithDefaults(ComposeMapping model) => model["services"] is ComposeMapping services
        ? model.With("services", services.Select(service => service.Value is ComposeMapping mapping && mapping["build"] is ComposeMapping build && build["context"] is null
            ? mapping.With("build", build.With("context", new ComposeScalar(".", build.Range)))
            : service.Value))
        : model;

    private static ComposeMapping WriteService(ComposeMapping service) => service.Select(entry => (entry.Key, entry.Value) switch
    {
        ("build", ComposeScalar { Value: string } path) => new ComposeMapping([new ComposeEntry("context", path.Range, path)], path.Range),
        ("build", ComposeMapping build) => WriteBuild(build),
        ("build", var other) => throw new ComposeException(other.Range, $"build is a path or a mapping, not {other.Kind}"),
        ("env_file", ComposeScalar { Value: string } path) => new ComposeSequence([WriteEnvironmentFile(path)], path.Range),
        ("env_file", ComposeSequence files) => files with { Items = [.. files.Items.Select(WriteEnvironmentFile)] },
        ("extends", ComposeScalar { Value: string } name) => new ComposeMapping([new ComposeEntry("service", name.Range, name)], name.Range),
        _ => entry.Value,
    });

    private static ComposeNode WriteEnvironmentFile(ComposeNode node) => node switch
    {
        ComposeScalar { Value: string } path => new ComposeMapping([new ComposeEntry("path", path.Range, path)], path.Range),
        ComposeMapping => node,
        _ => throw new ComposeException(node.Range, $"an env_file is a path, not {node.Kind}"),
    };

    private static ComposeMapping WriteBuild(ComposeMapping build) => build.Select(entry => (entry.Key, entry.Value) switch
    {
        ("secrets", ComposeSequence secrets) => secrets with { Items = [.. secrets.Items.Select(WriteSecret)] },
        ("provenance" or "sbom", ComposeScalar { Value: not string } value) => value with { Value = value.IsNull ? "<nil>" : value.Text },
        ("additional_contexts", ComposeSequence contexts) => WriteContexts(contexts),
        ("ssh", ComposeSequence keys) => WriteSsh(keys),
        _ => entry.Value,
    });

    private static ComposeNode WriteSecret(ComposeNode node) => node switch
    {
        ComposeScalar { Value: string } name => new ComposeMapping([new ComposeEntry("source", name.Range, name)], name.Range),
        ComposeMapping => node,
        _ => throw new ComposeException(node.Range, $"a secret is a name or a mapping, not {node.Kind}"),
    };

    private static ComposeMapping WriteContexts(ComposeSequence contexts)
    {
        var mapping = new ComposeMapping([], contexts.Range);
        foreach (var item in contexts.Items)
        {
            var text = item is ComposeScalar { Value: string value } ? value : throw new ComposeException(item.Range, $"an additional context is a string, not {item.Kind}");
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw new ComposeException(item.Range, $"the additional context \"{text}\" is not of the form NAME=CONTEXT");
            mapping = mapping.With(text[..equals], new ComposeScalar(text[(equals + 1)..], item.Range));
        }
        return mapping;
    }

    private static ComposeMapping WriteSsh(ComposeSequence keys)
    {
        var mapping = new ComposeMapping([], keys.Range);
        foreach (var item in keys.Items)
        {
            var text = item is ComposeScalar { Value: string value } ? value : throw new ComposeException(item.Range, $"an ssh key is a string, not {item.Kind}");
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 && text != "default")
                throw new ComposeException(item.Range, $"the ssh key \"{text}\" has no path; only \"default\" needs none", $"write {text}=PATH");
            mapping = mapping.With(equals < 0 ? text : text[..equals], new ComposeScalar(equals < 0 ? null : text[(equals + 1)..], item.Range));
        }
        return mapping;
    }
}
