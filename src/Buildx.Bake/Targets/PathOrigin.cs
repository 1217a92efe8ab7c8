namespace Buildx.Bake.Targets;

/// <summary>
/// Which directory a target's paths are relative to, where definitions ask for paths relative to their own file
/// (<c>BUILDX_BAKE_FILE_RELATIVE_PATHS</c>). Null says the working directory.
/// </summary>
/// <param name="Default">Of a context that is not given.</param>
/// <param name="Context">Of the context.</param>
/// <param name="ContextOf">The target whose context this target's is, letter by letter: its origin counts then.</param>
internal sealed record PathOrigin(string? Default, string? Context, string? ContextOf, IReadOnlyDictionary<string, string> Contexts)
{
    public static PathOrigin WorkingDirectory { get; } = new(null, null, null, new Dictionary<string, string>());

    public PathOrigin Merge(BakeTarget over)
    {
        var contexts = Contexts;
        if (over.Contexts is { Count: > 0 } && (Contexts.Count > 0 || over.Origin.Contexts.Count > 0))
        {
            var merged = new Dictionary<string, string>(Contexts);
            foreach (var name in over.Contexts.Keys)
            {
                if (over.Origin.Contexts.TryGetValue(name, out var directory))
                    merged[name] = directory;
                else
                    merged.Remove(name);
            }
            contexts = merged;
        }
        return new PathOrigin(
            over.Origin.Default ?? Default,
            over.Context is null ? Context : over.Origin.Context,
            over.Context is null ? ContextOf : over.Origin.ContextOf,
            contexts);
    }
}
