using Buildx.Linux;

namespace Buildx.Engine.Execution.Cgroups;

/// <summary>Whether the engine itself is in a cgroup that keeps it from the machine's devices: then its steps are as well.</summary>
internal static class DeviceNodeProbe
{
    /// <summary>The first loop device: opening it does nothing, whether there is one or not.</summary>
    private static readonly DeviceNumber Loop = new(7, 0);

    public static bool IsConfined()
    {
        var path = $"/dev/.{StepNames.OfEngine}";
        try
        {
            FileSystem.MakeNodeAt(null, path, FileType.BlockDevice, 0x180, Loop);
        }
        catch (LinuxException e)
        {
            return e.Errno == Errno.EPERM;
        }
        try
        {
            using var device = FileSystem.OpenAt(null, path, OpenFlags.NonBlocking);
            return false;
        }
        catch (LinuxException e)
        {
            return e.Errno == Errno.EPERM;
        }
        finally
        {
            FileSystem.RemoveFileAt(null, path);
        }
    }
}
