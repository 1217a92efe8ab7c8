using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Execution.Cgroups;

/// <summary>The directory that a cgroup is, of either version.</summary>
internal static class CgroupDirectory
{
    /// <returns>False when something is still in it, be it that its process isn't visible here. One that has gone already is removed.</returns>
    public static bool TryRemove(SafeFileHandle? parent, string path)
    {
        try
        {
            FileSystem.RemoveEmptyDirectoryAt(parent, path);
            return true;
        }
        catch (LinuxException e) when (e.Errno == Errno.EBUSY)
        {
            return false;
        }
    }
}
