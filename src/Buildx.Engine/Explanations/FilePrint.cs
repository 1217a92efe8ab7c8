using Buildx.Engine.ContentHashing;
using Buildx.Linux;

namespace Buildx.Engine.Explanations;

/// <summary>What counts of a file, its content by the first bytes of its hash.</summary>
internal readonly record struct FilePrint(uint Mode, uint Uid, uint Gid, long Size, ulong Content, string Link, uint Attributes)
{
    public FileType Type => (FileType)(Mode & 0xf000);

    public static FilePrint Of(HashedFile file)
    {
        var status = file.Read ?? file.Entry.Status;
        return new FilePrint(
            status.Mode, file.Entry.Status.Uid, file.Entry.Status.Gid,
            status.IsRegular ? status.Size : 0,
            status.IsRegular ? file.Hash.Content[0] : 0,
            file.Entry.LinkTarget ?? "",
            (uint)file.Hash.Attributes[0]);
    }

    public bool HasContentOf(FilePrint other) => (Type, Size, Content, Link) == (other.Type, other.Size, other.Content, other.Link);
}
