namespace Buildx.Llb;

/// <summary>
/// One result of an operation: a file system. Where a graph allows an empty file system ("scratch"), that is a null output.
/// </summary>
public sealed record LlbOutput(LlbVertex Vertex, int Index)
{
    /// <summary>Equal when both name the same result, also when they were built separately.</summary>
    public bool Equals(LlbOutput? other) => other is not null && other.Index == Index && Vertex.IsSame(other.Vertex);

    public override int GetHashCode() => HashCode.Combine(Vertex.Digest, Index);

    public override string ToString() => $"{Vertex.Digest}#{Index}";
}
