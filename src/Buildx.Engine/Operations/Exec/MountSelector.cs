using Buildx.Engine.Trees;

namespace Buildx.Engine.Operations.Exec;

/// <summary>Finds the part of a mounted tree that a mount selects.</summary>
internal static class MountSelector
{
    /// <returns>The real path; links on the way were followed inside the tree only.</returns>
    /// <exception cref="FileNotFoundException">The tree has no such path.</exception>
    public static string Resolve(string root, string selector) =>
        selector.Trim('/').Length == 0 ? root : TreeLookup.FindRealPath(root, selector) ?? throw new FileNotFoundException($"{selector}: not found");
}
