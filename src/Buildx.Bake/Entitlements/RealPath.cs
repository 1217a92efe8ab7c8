namespace Buildx.Bake.Entitlements;

/// <summary>Where a path really is, with all links followed as far as it exists.</summary>
/// <param name="Existing">The part that exists.</param>
/// <param name="Whole">The same with what doesn't exist yet.</param>
public readonly record struct RealPath(string Existing, string Whole)
{
    private const int MaximumLinks = 255;

    public static RealPath Resolve(string path)
    {
        var pending = new Stack<string>(Split(Path.GetFullPath(path)).Reverse());
        var resolved = "";
        for (var links = 0; pending.TryPop(out var part);)
        {
            if (part == "..")
            {
                resolved = resolved.Length == 0 ? "" : resolved[..resolved.LastIndexOf('/')];
                continue;
            }
            var next = $"{resolved}/{part}";
            if (new FileInfo(next).LinkTarget is { } target && ++links <= MaximumLinks)
            {
                if (target.StartsWith('/'))
                    resolved = "";
                foreach (var step in Split(target).Reverse())
                    pending.Push(step);
            }
            else if (Path.Exists(next))
            {
                resolved = next;
            }
            else
            {
                var existing = resolved.Length == 0 ? "/" : resolved;
                return new RealPath(existing, pending.Aggregate(next, (whole, rest) => $"{whole}/{rest}"));
            }
        }
        var found = resolved.Length == 0 ? "/" : resolved;
        return new RealPath(found, found);
    }

    private static IEnumerable<string> Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
}
