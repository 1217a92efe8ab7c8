namespace Buildx.Linux;

/// <summary>What <c>statx</c> tells about a file.</summary>
/// <param name="Mode">Type and permission bits, as in <c>st_mode</c>.</param>
/// <param name="Device">The device the file is on.</param>
/// <param name="Blocks">512-byte blocks on disk.</param>
public readonly record struct FileStatus(
    DeviceNumber Device,
    ulong Inode,
    uint Mode,
    uint LinkCount,
    uint Uid,
    uint Gid,
    DeviceNumber SpecialDevice,
    long Size,
    long Blocks,
    FileTime ModifiedAt,
    FileTime ChangedAt,
    FileTime AccessedAt)
{
    public FileType Type => (FileType)(Mode & 0xf000);

    /// <summary>Permission bits with setuid, setgid and sticky.</summary>
    public uint Permissions => Mode & 0xfff;

    public bool IsDirectory => Type == FileType.Directory;

    public bool IsRegular => Type == FileType.Regular;

    public bool IsSymbolicLink => Type == FileType.SymbolicLink;

    /// <summary>Whether overlayfs takes this for the absence of a file.</summary>
    public bool IsWhiteout => Type == FileType.CharacterDevice && SpecialDevice == default;
}
