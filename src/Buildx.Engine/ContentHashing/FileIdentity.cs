using Buildx.Linux;

namespace Buildx.Engine.ContentHashing;

/// <summary>A file in one state. Any write changes its change time, which nobody can set.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, long Size, long Modified, long Changed)
{
    public static FileIdentity Of(in FileStatus status, ulong? device) => new(
        device ?? status.Device.Value, status.Inode, status.Size, status.ModifiedAt.UnixNanoseconds, status.ChangedAt.UnixNanoseconds);
}
