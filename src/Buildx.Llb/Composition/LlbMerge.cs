using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>Lays file systems over each other without copying.</summary>
public static class LlbMerge
{
    /// <summary>Empty file systems do not count; of a single one the result is that one.</summary>
    public static LlbOutput? Create(IEnumerable<LlbOutput?> inputs, VertexOptions options)
    {
        var present = inputs.OfType<LlbOutput>().ToArray();
        if (present.Length < 2)
            return present.FirstOrDefault();
        var merge = new MergeOp();
        for (var i = 0; i < present.Length; i++)
            merge.Inputs.Add(new MergeInput { Input = i });
        return LlbVertex.Create(new Op { Merge = merge }, present, options, ["mergeop"]).Output();
    }
}
