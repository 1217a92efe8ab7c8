using System.Collections.Concurrent;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Explanations;

/// <summary>What one build's steps were compared with: no two with the same.</summary>
internal sealed class ExplainedSteps
{
    private readonly ConcurrentDictionary<Digest, byte> _claimed = [];
    private readonly Lock _lock = new();
    private HashSet<(Digest Place, Digest Operation)> _steps = [];
    private int _graphs;

    public bool IsClaimed(Digest record) => _claimed.ContainsKey(record);

    /// <returns>False when another step was faster.</returns>
    public bool Claim(Digest record) => _claimed.TryAdd(record, 0);

    /// <summary>Whether there is a step in this build that does at this place what an earlier one did.</summary>
    public bool IsTaken(BuildJob job, StoredFacts earlier)
    {
        lock (_lock)
        {
            if (_graphs != job.References.Count)
            {
                _graphs = job.References.Count;
                _steps = [.. job.References.SelectMany(reference => reference.Graph.Vertices)
                    .DistinctBy(vertex => vertex.Digest)
                    .Where(vertex => vertex.Operation.Source is null)
                    .Select(vertex => (StepPlace.Of(vertex, job.Project), StepFacts.OperationOf(StepParts.Of(vertex))))];
            }
            return _steps.Contains((earlier.Place, earlier.Operation));
        }
    }
}
