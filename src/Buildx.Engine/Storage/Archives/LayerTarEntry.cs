using Buildx.Linux;

namespace Buildx.Engine.Storage;

/// <summary>One file's header in a tar archive.</summary>
/// <param name="Name">As written: not to be trusted. Names are <see cref="LinuxPath"/> strings.</param>
internal sealed record LayerTarEntry(LayerTarEntryType Type, string Name)
{
    public long Size { get; init; }
    public uint Mode { get; init; }
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public FileTime ModifiedAt { get; init; }
    public string LinkName { get; init; } = "";
    public DeviceNumber Device { get; init; }
    public IReadOnlyList<KeyValuePair<string, byte[]>> Attributes { get; init; } = [];
}
