using Buildx.Linux;
using Buildx.Protocol.FileSync;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Trees;

/// <summary>Finds the files that a path with wildcards names.</summary>
internal static class TreeGlob
{
    /// <summary>
    /// Paths inside the tree, sorted by component. Links are followed in front of the first wildcard only. A path without
    /// wildcards is returned as it is, whether or not it exists.
    /// </summary>
    public static List<string> Expand(SafeFileHandle root, FileTree tree, string path, CancellationToken cancellationToken)
    {
        var parts = TreePath.Split(TreePath.Clean(path));
        var first = Array.FindIndex(parts, part => PathGlob.HasWildcard(part));
        if (first < 0)
            return [path];
        var found = new List<string>();
        var prefix = "/" + string.Join('/', parts, 0, first);
        if (TreeResolver.Resolve(root, prefix, followLast: true) is { } start)
            Match(start, first);
        return found;

        void Match(string directory, int index)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var handle = TreeResolver.TryOpenPlain(root, directory, OpenFlags.Directory);
            if (handle is null)
                return;
            var names = new List<DirectoryEntry>();
            foreach (var entry in DirectoryReader.ReadAll(handle))
            {
                if (PathGlob.IsMatch(parts[index], entry.Name))
                    names.Add(entry);
            }
            names.Sort(static (a, b) => RelativePath.CompareNames(a.Name, b.Name));
            foreach (var entry in names)
            {
                var full = TreePath.Join(directory, entry.Name);
                if (index < parts.Length - 1)
                    Match(full, index + 1);
                else if (tree.Filter is null || new TreeScanner(root, tree, null).Scan(full, cancellationToken) is not null)
                    found.Add(full);
            }
        }
    }
}
