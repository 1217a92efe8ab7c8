namespace Buildx.Linux;

/// <param name="Type"><see cref="FileType.Unknown"/> on file systems that don't tell: ask <see cref="FileSystem.GetStatusAt"/>.</param>
public readonly record struct DirectoryEntry(string Name, FileType Type, ulong Inode);
