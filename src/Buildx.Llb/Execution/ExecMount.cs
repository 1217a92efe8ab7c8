using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>Something mounted while a command runs, at <see cref="Target"/>.</summary>
public abstract record ExecMount(string Target)
{
    /// <param name="Source">Null for an empty file system.</param>
    /// <param name="Selector">The path inside the source.</param>
    /// <param name="DiscardWrites">Writable, but what is written is nobody's input.</param>
    public sealed record Bind(string Target, LlbOutput? Source, string? Selector = null, bool ReadOnly = false, bool DiscardWrites = false) : ExecMount(Target);

    /// <param name="Source">What the cache starts with.</param>
    public sealed record Cache(string Target, string Id, CacheSharingOpt Sharing, LlbOutput? Source = null, string? Selector = null, bool ReadOnly = false) : ExecMount(Target);

    /// <param name="Size">In bytes, 0 for no limit.</param>
    public sealed record Tmpfs(string Target, long Size = 0) : ExecMount(Target);
}
