using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Storage;

/// <summary>Looks paths up in the layers below an upper directory, as overlayfs would.</summary>
/// <param name="paths">The layers' directories, lowest first.</param>
internal sealed class LowerTrees(IReadOnlyList<string> paths, OverlayForm form) : IDisposable
{
    private readonly SafeFileHandle?[] _roots = new SafeFileHandle?[paths.Count];

    /// <returns>The topmost thing of this name, null when there is none or it is hidden.</returns>
    public Found? Find(string path)
    {
        var parts = path.Split('/');
        for (var i = paths.Count - 1; i >= 0; i--)
        {
            var root = _roots[i] ??= FileSystem.OpenDirectory(paths[i]);
            if (Search(root, parts, out var isFinal) is { } found)
                return found;
            if (isFinal)
                return null;
        }
        return null;
    }

    public void Dispose()
    {
        foreach (var root in _roots)
            root?.Dispose();
    }

    /// <param name="isFinal">Whether this layer hides what those below have.</param>
    private Found? Search(SafeFileHandle root, string[] parts, out bool isFinal)
    {
        isFinal = false;
        var directory = root;
        try
        {
            for (var i = 0; i < parts.Length; i++)
            {
                if (!FileSystem.TryGetStatusAt(directory, parts[i], out var status))
                    return null;
                if (status.IsWhiteout)
                {
                    isFinal = true;
                    return null;
                }
                if (i == parts.Length - 1)
                {
                    return new Found(status, GetAttributes(directory, parts[i]), root);
                }
                if (!status.IsDirectory)
                {
                    isFinal = true;
                    return null;
                }
                var next = FileSystem.OpenAt(directory, parts[i], OpenFlags.Directory | OpenFlags.NoFollow);
                if (directory != root)
                    directory.Dispose();
                directory = next;
                isFinal |= form.IsOpaque(directory);
            }
            return null;
        }
        finally
        {
            if (directory != root)
                directory.Dispose();
        }
    }

    private static string[] GetAttributes(SafeFileHandle directory, string name) =>
        [.. ExtendedAttributes.ListAt(directory, name).Where(attribute => !OverlayForm.IsInternal(attribute))];

    /// <param name="Layer">The directory of the layer that has it.</param>
    internal sealed record Found(FileStatus Status, IReadOnlyList<string> Attributes, SafeFileHandle Layer);
}
