using Buildx.Oci;

namespace Buildx.Bake.Targets;

/// <summary>Paths of contexts that are relative to the file they stand in.</summary>
internal static class ContextPaths
{
    private static readonly string[] NoPaths = ["cwd://", "target:", "docker-image:", "docker-daemon:", "podman:", "oci-layout://"];

    public static string Rebase(string directory, string path)
    {
        if (directory.Length == 0 || path.Length == 0 || Path.IsPathRooted(path) || RemoteAddress.IsRemote(path)
            || NoPaths.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal)))
            return path;
        return UnixPath.Clean(directory + "/" + path);
    }

    public static BakeDefinition Rebase(BakeDefinition definition) =>
        new(definition.Groups, [.. definition.Targets.Select(target => Rebase(definition, target))], definition.Variables) { Warnings = definition.Warnings };

    private static BakeTarget Rebase(BakeDefinition definition, BakeTarget target)
    {
        var origin = target.Origin;
        if (origin.ContextOf is { } other && definition.FindTarget(other) is { } referenced)
            origin = origin with { Context = referenced.Origin.Context ?? referenced.Origin.Default ?? origin.Context };
        return target with
        {
            Context = target.Context is { } context && origin.Context is { } directory ? Rebase(directory, context) : target.Context,
            Contexts = target.Contexts?.ToDictionary(
                pair => pair.Key, pair => origin.Contexts.TryGetValue(pair.Key, out var from) ? Rebase(from, pair.Value) : pair.Value),
            Origin = origin,
        };
    }
}
