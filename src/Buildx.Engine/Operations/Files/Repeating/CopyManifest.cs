using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Buildx.Engine.ContentHashing;
using Buildx.Engine.Trees;

namespace Buildx.Engine.Operations.Files.Repeating;

/// <summary>The files and directories that a copy made, each with the state of what it was made from.</summary>
internal sealed class CopyManifest
{
    private readonly Dictionary<UInt128, State> _states = [];

    public int Count => _states.Count;

    /// <returns>False when the path was there already.</returns>
    public bool TryAdd(UInt128 path, State state) => _states.TryAdd(path, state);

    public State? Find(UInt128 path) => _states.TryGetValue(path, out var state) ? state : null;

    /// <summary>A path in little room. Nobody can make two that are taken for one.</summary>
    public static UInt128 Shorten(string path)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(path.AsSpan()), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <param name="Mode">As the copy saw it, with the type.</param>
    public readonly record struct State(FileIdentity Identity, uint Mode, uint Uid, uint Gid)
    {
        public static State Of(TreeEntry entry) => new(FileIdentity.Of(entry.Status, null), entry.Status.Mode, entry.Status.Uid, entry.Status.Gid);

        public bool IsSameType(State other) => (Mode & 0xf000) == (other.Mode & 0xf000);
    }
}
