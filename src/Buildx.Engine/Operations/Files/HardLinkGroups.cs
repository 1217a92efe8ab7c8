using Buildx.Linux;

namespace Buildx.Engine.Operations.Files;

/// <summary>Names that share a file: the first is copied, the others are linked to it afterwards.</summary>
internal sealed class HardLinkGroups
{
    private readonly Dictionary<(DeviceNumber, ulong), string> _first = [];
    private readonly List<(string First, string Next)> _pending = [];

    public IReadOnlyList<(string First, string Next)> Pending => _pending;

    public bool IsFirst(in FileStatus status, string targetPath)
    {
        var key = (status.Device, status.Inode);
        if (_first.TryAdd(key, targetPath))
            return true;
        _pending.Add((_first[key], targetPath));
        return false;
    }

    public void Clear()
    {
        _first.Clear();
        _pending.Clear();
    }
}
