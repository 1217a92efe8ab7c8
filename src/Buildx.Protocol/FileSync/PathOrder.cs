using Buildx.Protocol.Fsutil;

namespace Buildx.Protocol.FileSync;

/// <summary>Checks that a list of entries is in order, that every directory comes before its content, and that nothing leads outside.</summary>
internal sealed class PathOrder
{
    private readonly Stack<string> _directories = new();
    private string _previous = "";

    public void Check(Stat stat)
    {
        var path = stat.Path;
        if (!RelativePath.IsSafe(path))
            throw new FileSyncException($"The sender sent a path that is not relative and clean: \"{path}\".");
        if (RelativePath.Compare(_previous, path) >= 0)
            throw new FileSyncException($"The sender sent \"{path}\" behind \"{_previous}\", which is out of order.");
        var parent = RelativePath.Parent(path);
        while (_directories.TryPeek(out var directory) && !parent.SequenceEqual(directory))
            _directories.Pop();
        if (_directories.Count == 0 && !parent.IsEmpty)
            throw new FileSyncException($"The sender sent \"{path}\" without its directory.");
        if ((stat.Mode & GoFileMode.Directory) != 0)
            _directories.Push(path);
        _previous = path;
    }
}
