using System.Globalization;
using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>Hands results on as they are, but only when all of the inputs have been made: a check that others wait for.</summary>
public static class LlbPassthrough
{
    /// <param name="value">What is handed on.</param>
    /// <param name="after">What must have been made before.</param>
    /// <returns>The same as <paramref name="value"/>.</returns>
    public static LlbOutput Create(LlbOutput value, IEnumerable<LlbOutput> after, VertexOptions options)
    {
        var inputs = new VertexInputs();
        var passthrough = new PassthroughOp();
        passthrough.Outputs.Add(inputs.Add(value));
        foreach (var other in after)
            inputs.Add(other);
        passthrough.Id = string.Create(CultureInfo.InvariantCulture, $"passthrough of {inputs.Inputs.Count}");
        return LlbVertex.Create(new Op { Passthrough = passthrough }, inputs.Inputs, options, ["passthroughop"]).Output();
    }
}
