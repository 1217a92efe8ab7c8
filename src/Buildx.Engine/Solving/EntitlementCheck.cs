using Buildx.Llb;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Solving;

/// <summary>
/// Whether a build was given the rights that its steps ask for. It is asked of the graph and not of a running step: a result
/// that is there already, or that another build makes at this moment, is no way around it.
/// </summary>
internal static class EntitlementCheck
{
    /// <exception cref="VertexException">A step asks for more.</exception>
    public static void Require(LlbGraph graph, Entitlements entitlements)
    {
        foreach (var vertex in graph.Vertices)
        {
            if (vertex.Operation.OpCase != Op.OpOneofCase.Exec)
                continue;
            if (vertex.Operation.Exec.Network == NetMode.Host)
                Require(vertex, "network.host", "RUN --network=host");
            if (vertex.Operation.Exec.Security == SecurityMode.Insecure)
                Require(vertex, "security.insecure", "RUN --security=insecure");
        }

        void Require(LlbVertex vertex, string entitlement, string what)
        {
            if (!entitlements.Contains(entitlement))
                throw new VertexException(vertex, new InvalidOperationException($"{what} is not allowed: {entitlement} must be granted with --allow {entitlement}"));
        }
    }
}
