using Buildx.Llb;

namespace Buildx.Engine.Attestations.Provenance;

/// <summary>All that a provenance statement is made of.</summary>
/// <param name="Frontend">Empty for a graph that the client made itself.</param>
/// <param name="InvocationId">Of the build: a name that no other has.</param>
/// <param name="Graph">The graph of the result; null for an empty one.</param>
internal sealed record BuildDescription(
    string Frontend,
    IReadOnlyDictionary<string, string> FrontendOptions,
    ProvenanceCapture Capture,
    string InvocationId,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt,
    LlbGraph? Graph);
