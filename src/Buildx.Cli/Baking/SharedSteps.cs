using System.Collections.Concurrent;
using Buildx.Client.Progress;

namespace Buildx.Cli.Baking;

/// <summary>Whose the steps of a run are: the first target's that has one under way. What others say about it later is that it is cached.</summary>
internal sealed class SharedSteps
{
    private readonly ConcurrentDictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _completed = new(StringComparer.Ordinal);

    public string? OwnerOf(string digest) => _owners.GetValueOrDefault(digest);

    /// <summary>Whether what a target says about a step is more than that it was done for another one already.</summary>
    public bool IsNews(string target, VertexState vertex)
    {
        if (vertex.Started is null)
            return true;
        if (_owners.GetOrAdd(vertex.Digest, target) == target)
        {
            if (vertex.Completed is not null && vertex.Error.Length == 0)
                _completed[vertex.Digest] = true;
            return true;
        }
        return !vertex.IsCached || !_completed.ContainsKey(vertex.Digest);
    }
}
