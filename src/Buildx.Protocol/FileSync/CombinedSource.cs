using Buildx.Protocol.Fsutil;

namespace Buildx.Protocol.FileSync;

/// <summary>Several trees, each as a directory of its own (the platforms of a <c>local</c> export).</summary>
public sealed class CombinedSource : IFileSource
{
    private readonly SortedDictionary<string, (Stat Directory, IFileSource Source)> _parts;

    /// <param name="parts">For each, its directory (the path is a single name) and what is in it.</param>
    public CombinedSource(IEnumerable<(Stat Directory, IFileSource Source)> parts)
    {
        _parts = new(Comparer<string>.Create(static (a, b) => RelativePath.CompareNames(a, b)));
        foreach (var part in parts)
        {
            if (!RelativePath.IsSafe(part.Directory.Path) || part.Directory.Path.Contains('/'))
                throw new ArgumentException($"want a single name, not \"{part.Directory.Path}\"", nameof(parts));
            _parts.Add(part.Directory.Path, part);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Stat> Walk(CancellationToken cancellationToken)
    {
        foreach (var (name, (directory, source)) in _parts)
        {
            yield return directory;
            foreach (var stat in source.Walk(cancellationToken))
            {
                stat.Path = $"{name}/{stat.Path}";
                if (stat.Linkname.Length > 0 && (stat.Mode & GoFileMode.SymbolicLink) == 0)
                    stat.Linkname = $"{name}/{stat.Linkname}";
                else if (stat.Linkname.StartsWith('/'))
                    stat.Linkname = $"/{name}{stat.Linkname}";
                yield return stat;
            }
        }
    }

    /// <inheritdoc/>
    public Stream? OpenFile(string path)
    {
        var slash = path.IndexOf('/');
        return slash > 0 && _parts.TryGetValue(path[..slash], out var part) ? part.Source.OpenFile(path[(slash + 1)..]) : null;
    }
}
