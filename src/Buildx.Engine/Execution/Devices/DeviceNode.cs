using Buildx.Linux;

namespace Buildx.Engine.Execution.Devices;

/// <summary>A device's file in the container.</summary>
/// <param name="HostPath">The file on this machine.</param>
/// <param name="Permissions">Of <c>r</c>, <c>w</c> and <c>m</c>, for the device cgroup.</param>
internal sealed record DeviceNode(
    string Path, string HostPath, FileType? Type, DeviceNumber? Number, uint? Mode, string Permissions, uint? UserId, uint? GroupId)
{
    /// <summary>The same with what is not said taken from the machine's own file.</summary>
    /// <exception cref="ExecutionException">There is no such device on this machine.</exception>
    public DeviceNode Complete()
    {
        if (Type is FileType.Fifo || (Type is not null && Number is not null))
            return this;
        FileStatus status;
        try
        {
            using var file = FileSystem.OpenAt(null, HostPath, OpenFlags.Path);
            status = FileSystem.GetStatus(file);
        }
        catch (LinuxException e)
        {
            throw new ExecutionException($"the device node {HostPath} can't be used: {e.Message}", e);
        }
        if (status.Type is not (FileType.CharacterDevice or FileType.BlockDevice or FileType.Fifo))
            throw new ExecutionException($"{HostPath} is no device node");
        return this with { Type = Type ?? status.Type, Number = Number ?? status.SpecialDevice, Mode = Mode ?? status.Permissions };
    }
}
