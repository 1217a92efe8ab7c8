using Buildx.Llb;

namespace Buildx.Dockerfile;

/// <summary>All pending file systems of one conversion, inputs before those who use them.</summary>
internal sealed class PendingGraph
{
    private readonly List<PendingOutput> _outputs = [];

    public PendingOutput Add(Func<LlbOutput?> build)
    {
        var output = new PendingOutput(build);
        _outputs.Add(output);
        return output;
    }

    /// <summary>Builds in order, so that a long chain of steps needs no deep recursion.</summary>
    public void Build()
    {
        foreach (var output in _outputs)
            _ = output.Value;
    }
}
