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
            if (Search(GetRoot(i), parts, out var isFinal) is { } found)
                return found;
            if (isFinal)
                return null;
        }
        return null;
    }

    /// <returns>The names a directory has in the tree below; none where there is no such directory.</returns>
    public IReadOnlyCollection<string> List(string path)
    {
        var parts = path.Split('/');
        var (names, hidden) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        for (var i = paths.Count - 1; i >= 0; i--)
        {
            using var directory = Open(GetRoot(i), parts, out var isFinal);
            if (directory is not null)
            {
                foreach (var entry in DirectoryReader.ReadAll(directory))
                {
                    if (!hidden.Contains(entry.Name) && FileSystem.TryGetStatusAt(directory, entry.Name, out var status))
                        _ = status.IsWhiteout ? hidden.Add(entry.Name) : names.Add(entry.Name);
                }
            }
            if (isFinal)
                break;
        }
        return names;
    }

    public void Dispose()
    {
        foreach (var root in _roots)
            root?.Dispose();
    }

    private SafeFileHandle GetRoot(int index) => _roots[index] ??= FileSystem.OpenDirectory(paths[index]);

    /// <param name="isFinal">Whether this layer hides what those below have.</param>
    private Found? Search(SafeFileHandle root, ReadOnlySpan<string> parts, out bool isFinal)
    {
        isFinal = false;
        using var parent = parts.Length == 1 ? null : Open(root, parts[..^1], out isFinal);
        if (parts.Length > 1 && parent is null)
            return null;
        if (!FileSystem.TryGetStatusAt(parent ?? root, parts[^1], out var status))
            return null;
        isFinal |= status.IsWhiteout;
        return status.IsWhiteout ? null : new Found(status, GetAttributes(parent ?? root, parts[^1]), root);
    }

    /// <param name="isFinal">Whether this layer hides what those below have.</param>
    private SafeFileHandle? Open(SafeFileHandle root, ReadOnlySpan<string> parts, out bool isFinal)
    {
        isFinal = false;
        SafeFileHandle? directory = null;
        foreach (var part in parts)
        {
            using var parent = directory;
            directory = null;
            if (!FileSystem.TryGetStatusAt(parent ?? root, part, out var status))
                return null;
            if (!status.IsDirectory)
            {
                isFinal = true;
                return null;
            }
            directory = FileSystem.OpenAt(parent ?? root, part, OpenFlags.Directory | OpenFlags.NoFollow);
            isFinal |= form.IsOpaque(directory);
        }
        return directory;
    }

    private static string[] GetAttributes(SafeFileHandle directory, string name) =>
        [.. ExtendedAttributes.ListAt(directory, name).Where(attribute => !OverlayForm.IsInternal(attribute))];

    /// <param name="Layer">The directory of the layer that has it.</param>
    internal sealed record Found(FileStatus Status, IReadOnlyList<string> Attributes, SafeFileHandle Layer);
}
