using Buildx.Engine.Trees;

namespace Buildx.Engine.Operations.Files.Repeating;

/// <summary>The files and directories that a copy made, each with the state of what it was made from.</summary>
internal sealed class CopyManifest
{
    // What was copied as a whole, by the path it went to: none of them lies in another.
    private readonly Dictionary<string, CopiedEntry> _tops = new(StringComparer.Ordinal);

    // All directories that they lie in.
    private readonly HashSet<string> _above = new(StringComparer.Ordinal);

    /// <summary>How many files and directories there are in all.</summary>
    public int Count { get; set; }

    /// <returns>Null when nothing was copied to just that path.</returns>
    public CopiedEntry? Find(string path) => _tops.GetValueOrDefault(path);

    /// <summary>Whether nothing was copied to the path, into it, or to a directory that it lies in.</summary>
    public bool IsFree(string path)
    {
        if (_above.Contains(path))
            return false;
        for (var at = path; !_tops.ContainsKey(at); at = TreePath.ParentOf(at))
        {
            if (at == "/")
                return true;
        }
        return false;
    }

    /// <returns>False when the path is not free.</returns>
    public bool TryAdd(string path, CopiedEntry top)
    {
        if (!IsFree(path))
            return false;
        _tops.Add(path, top);
        for (var at = path; at != "/" && _above.Add(TreePath.ParentOf(at));)
            at = TreePath.ParentOf(at);
        return true;
    }
}
