using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Explanations;

namespace Buildx.Client.Progress;

/// <summary>Why a step runs instead of being taken from the cache.</summary>
public sealed record StepWhy(string Vertex, StepReason Reason)
{
    /// <returns>Null for what an engine of another version means by it.</returns>
    internal static StepWhy? TryRead(VertexStatus status) =>
        ExplanationJson.TryReadStep(status.Name) is { Causes: not null } reason ? new StepWhy(status.Vertex, reason) : null;
}
