namespace Buildx.Llb;

/// <summary>Collects the inputs of an operation, each once, in order of first use.</summary>
internal sealed class VertexInputs
{
    private readonly List<LlbOutput> _inputs = [];

    public IReadOnlyList<LlbOutput> Inputs => _inputs;

    /// <returns>The input's index, -1 for an empty file system.</returns>
    public int Add(LlbOutput? input)
    {
        if (input is null)
            return -1;
        var index = _inputs.IndexOf(input);
        if (index >= 0)
            return index;
        _inputs.Add(input);
        return _inputs.Count - 1;
    }
}
