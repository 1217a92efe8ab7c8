using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>What one file system has more, or otherwise, than another that it was made from.</summary>
public static class LlbDiff
{
    public static LlbOutput? Create(LlbOutput? lower, LlbOutput? upper, VertexOptions options)
    {
        if (lower is null)
            return upper;
        var diff = new DiffOp { Lower = new LowerDiffInput { Input = 0 }, Upper = new UpperDiffInput { Input = upper is null ? -1 : 1 } };
        return LlbVertex.Create(new Op { Diff = diff }, upper is null ? [lower] : [lower, upper], options, ["diffop"]).Output();
    }
}
