using Buildx.Linux;

namespace Buildx.Protocol.FileSync;

/// <summary>The bits of <c>Stat.mode</c>: those of Go's <c>os.FileMode</c>, not of Linux.</summary>
public static class GoFileMode
{
    public const uint Directory = 1u << 31;
    public const uint SymbolicLink = 1u << 27;
    public const uint Device = 1u << 26;
    public const uint NamedPipe = 1u << 25;
    public const uint Socket = 1u << 24;
    public const uint SetUserId = 1u << 23;
    public const uint SetGroupId = 1u << 22;
    public const uint CharacterDevice = 1u << 21;
    public const uint Sticky = 1u << 20;
    public const uint Irregular = 1u << 19;

    /// <summary>What says that a file is not a regular one.</summary>
    public const uint TypeMask = Directory | SymbolicLink | NamedPipe | Socket | Device | CharacterDevice | Irregular;

    public const uint PermissionMask = 0x1ff;

    /// <summary>From <c>st_mode</c>.</summary>
    public static uint FromLinux(uint mode)
    {
        var result = mode & PermissionMask;
        result |= (FileType)(mode & 0xf000) switch
        {
            FileType.Directory => Directory,
            FileType.SymbolicLink => SymbolicLink,
            FileType.BlockDevice => Device,
            FileType.CharacterDevice => Device | CharacterDevice,
            FileType.Fifo => NamedPipe,
            FileType.Socket => Socket,
            _ => 0,
        };
        if ((mode & 0x800) != 0)
            result |= SetUserId;
        if ((mode & 0x400) != 0)
            result |= SetGroupId;
        if ((mode & 0x200) != 0)
            result |= Sticky;
        return result;
    }

    /// <summary>The permissions with set-id and sticky bits, as <c>chmod</c> takes them.</summary>
    public static uint ToLinuxPermissions(uint mode) =>
        (mode & PermissionMask)
        | ((mode & SetUserId) != 0 ? 0x800u : 0)
        | ((mode & SetGroupId) != 0 ? 0x400u : 0)
        | ((mode & Sticky) != 0 ? 0x200u : 0);

    public static FileType ToFileType(uint mode) => (mode & TypeMask) switch
    {
        0 => FileType.Regular,
        Directory => FileType.Directory,
        SymbolicLink => FileType.SymbolicLink,
        Device => FileType.BlockDevice,
        Device | CharacterDevice => FileType.CharacterDevice,
        NamedPipe => FileType.Fifo,
        Socket => FileType.Socket,
        _ => FileType.Unknown,
    };
}
