using Buildx.Engine.CacheTransfer.Keys;
using Buildx.Engine.Solving;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Early;

/// <summary>
/// Which steps a cache has a record of: those that another builder could find, because each of their inputs has a name there,
/// or is known by its content. <see cref="CacheGraphBuilder"/> finds the same, and reads the contents.
/// </summary>
internal sealed class ExchangedSteps
{
    private readonly Dictionary<Digest, bool> _known = [];

    public bool Contains(VertexResult result)
    {
        if (!_known.TryGetValue(result.Vertex.Digest, out var known))
            _known[result.Vertex.Digest] = known = Find(result);
        return known;
    }

    private bool Find(VertexResult result)
    {
        if (result.Vertex.Operation.Source is not null)
            return !result.SourceKeys.IsEmpty;
        if (OperationKeys.Of(result.Vertex) is not { } key)
            return false;
        for (var i = 0; i < result.Inputs.Length; i++)
        {
            if (key.Inputs[i].Content is null && !Contains(result.Inputs[i]))
                return false;
        }
        return true;
    }
}
