using Buildx.Engine.ContentHashing;
using Buildx.Engine.Trees;

namespace Buildx.Engine.Operations.Files.Repeating;

/// <summary>A file or directory that was copied, and the state it was in.</summary>
/// <param name="Children">In the order of names; null for what is no directory.</param>
internal sealed record CopiedEntry(string Name, CopiedEntry.State Source, CopiedEntry[]? Children)
{
    /// <param name="Identity">The default where it can't be told apart from what it may become.</param>
    /// <param name="Mode">As the copy saw it, with the type.</param>
    public readonly record struct State(FileIdentity Identity, uint Mode, uint Uid, uint Gid)
    {
        public static State Of(TreeEntry entry) => new(FileIdentity.Of(entry.Status, null), entry.Status.Mode, entry.Status.Uid, entry.Status.Gid);

        public bool IsSameType(State other) => (Mode & 0xf000) == (other.Mode & 0xf000);
    }
}
