using Buildx.Linux;

namespace Buildx.Engine.Operations.Files;

/// <summary>What a copy changes about the files it makes; null keeps what the source has.</summary>
internal sealed record CopyOptions(FileOwner? Owner, ModeChange? Mode, FileTime? Time, bool AlwaysReplace)
{
    public uint PermissionsFor(FileStatus status) =>
        Mode is null ? status.Permissions : Mode.Apply(status.Permissions, status.IsDirectory);
}
