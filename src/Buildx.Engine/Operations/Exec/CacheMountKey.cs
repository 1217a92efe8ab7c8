using Buildx.Llb;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Operations.Exec;

/// <summary>Which directory a cache mount gets: the same for mounts of one id that begin with the same content.</summary>
/// <param name="Seed">What the content was at the beginning; empty for nothing.</param>
internal readonly record struct CacheMountKey(string Id, string Seed)
{
    /// <param name="inputs">Of the step.</param>
    public static CacheMountKey Of(Mount mount, IReadOnlyList<LlbOutput> inputs) =>
        new(mount.CacheOpt?.ID ?? "", mount.Input >= 0 ? inputs[(int)mount.Input].ToString() : "");

    /// <summary>As the directory is called.</summary>
    public override string ToString() => $"{Id}\0{Seed}";
}
