namespace Buildx.Engine.Trees;

/// <summary>Everything in a tree, as one walk found it.</summary>
/// <param name="Top">The tree's root.</param>
/// <param name="Began">When the walk began: what changed later may or may not be in it.</param>
internal sealed record TreeScan(TreeEntry Top, DateTimeOffset Began)
{
    /// <summary>What the tree's filter and a further one leave of what lies under a path.</summary>
    /// <param name="path">Inside the tree; has no links in it.</param>
    /// <param name="selection">Over paths relative to <paramref name="path"/>; null takes everything.</param>
    /// <returns>Null when there is nothing.</returns>
    public TreeEntry? Find(string path, TreeFilter? selection)
    {
        var entry = Top;
        foreach (var name in TreePath.Split(path))
        {
            if (entry.FindChild(name) is not { } child)
                return null;
            entry = child;
        }
        if (selection is null || entry.Children is null)
            return entry;
        var selected = Select(entry, "", default, selection);
        return selected.IsSelected || selected.Children!.Length > 0 || path == "/" ? selected : null;
    }

    private static TreeEntry Select(TreeEntry directory, string relative, FilterState state, TreeFilter selection)
    {
        if (selection.TakesAllBelow(state))
            return directory;
        var children = new List<TreeEntry>();
        foreach (var child in directory.Children!)
        {
            var path = relative.Length == 0 ? child.Name : relative + "/" + child.Name;
            var match = selection.Match(path, child.Children is not null, state, out var below);
            if (child.Children is null)
            {
                if (match.IsSelected)
                    children.Add(child);
            }
            else if (match.CanDescend)
            {
                var copy = new TreeEntry(child.Name, child.Status) { Children = child.Children, IsSelected = child.IsSelected && match.IsSelected };
                copy = Select(copy, path, below, selection);
                if (copy.IsSelected || copy.Children!.Length > 0)
                    children.Add(copy);
            }
        }
        return new TreeEntry(directory.Name, directory.Status) { Children = [.. children], IsSelected = directory.IsSelected };
    }
}
