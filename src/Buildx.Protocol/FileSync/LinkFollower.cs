using Buildx.Linux;
using Buildx.Protocol.FileSync.Patterns;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Protocol.FileSync;

/// <summary>Finds what paths lead to over symbolic links inside a directory, for <see cref="FileFilter.FollowPaths"/>.</summary>
internal sealed class LinkFollower(SafeFileHandle root)
{
    private const int MaxDepth = 255;

    private readonly SortedSet<string> _resolved = new(StringComparer.Ordinal);

    /// <summary>The paths and every link on the way; null when that is the whole directory.</summary>
    public IReadOnlyList<string>? Follow(IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
            Add(path, 0);
        var result = new List<string>();
        foreach (var path in _resolved)
        {
            if (path is "" or ".")
                return null;
            if (result.Count == 0 || !path.StartsWith(result[^1] + "/", StringComparison.Ordinal))
                result.Add(path);
        }
        return result;
    }

    private void Add(string path, int depth)
    {
        if (depth > MaxDepth)
            throw new FileSyncException($"Too many symbolic links behind \"{path}\".");
        // Absolute and ".." stay inside: the directory is the root.
        var parts = RelativePath.Clean("/" + path)[1..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
        {
            _resolved.Add(".");
            return;
        }
        var current = "";
        for (var i = 0; i < parts.Length; i++)
        {
            current = current.Length == 0 ? parts[i] : $"{current}/{parts[i]}";
            var targets = ReadLinks(current);
            var isLast = i == parts.Length - 1;
            if ((isLast || targets.Count > 0) && !_resolved.Add(current))
                return;
            if (targets.Count == 0)
                continue;
            var rest = string.Join('/', parts.Skip(i + 1));
            foreach (var target in targets)
                Add($"{target}/{rest}", depth + 1);
            return;
        }
    }

    /// <summary>Where the links lead that a path (its last component may have wildcards) names; empty when it names none.</summary>
    private List<string> ReadLinks(string path)
    {
        var targets = new List<string>();
        var name = path[(path.LastIndexOf('/') + 1)..];
        var parent = RelativePath.Parent(path).ToString();
        using var directory = FileSystem.TryOpenIn(
            root, parent.Length == 0 ? "." : parent, OpenFlags.Directory, ResolveFlags.Beneath | ResolveFlags.NoSymbolicLinks);
        if (directory is null)
            return targets;
        if (name.AsSpan().IndexOfAny("*?[") < 0)
        {
            AddTarget(name);
            return targets;
        }
        if (PathPattern.Parse(name) is not { } pattern)
            return targets;
        foreach (var entry in DirectoryReader.ReadAll(directory).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (pattern.IsMatch(entry.Name))
                AddTarget(entry.Name);
        }
        return targets;

        void AddTarget(string entry)
        {
            if (!FileSystem.TryGetStatusAt(directory, entry, out var status) || !status.IsSymbolicLink)
                return;
            var target = FileSystem.ReadLinkAt(directory, entry);
            targets.Add(target.StartsWith('/') ? target : $"/{parent}/{target}");
        }
    }
}
