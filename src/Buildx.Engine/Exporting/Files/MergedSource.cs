using Buildx.Protocol.FileSync;
using Buildx.Protocol.Fsutil;

namespace Buildx.Engine.Exporting.Files;

/// <summary>
/// The trees of several platforms laid over each other (<c>platform-split=false</c>). They may share directories, not files:
/// which of two files is meant nobody could say.
/// </summary>
internal sealed class MergedSource(IReadOnlyList<string> platforms, IReadOnlyList<IFileSource> sources) : IFileSource
{
    private readonly Dictionary<string, int> _owners = new(StringComparer.Ordinal);

    public IEnumerable<Stat> Walk(CancellationToken cancellationToken)
    {
        var entries = new SortedDictionary<string, Stat>(Comparer<string>.Create(static (a, b) => RelativePath.Compare(a, b)));
        for (var i = 0; i < sources.Count; i++)
        {
            foreach (var stat in sources[i].Walk(cancellationToken))
            {
                if (entries.TryAdd(stat.Path, stat.Clone()))
                    _owners[stat.Path] = i;
                else if ((stat.Mode & entries[stat.Path].Mode & GoFileMode.Directory) == 0)
                    throw new ExportException($"platform-split=false: both {platforms[_owners[stat.Path]]} and {platforms[i]} have a file {stat.Path}");
            }
        }
        return entries.Values;
    }

    public Stream? OpenFile(string path) => _owners.TryGetValue(path, out var owner) ? sources[owner].OpenFile(path) : null;
}
