using Buildx.Client.Progress;

namespace Buildx.Cli.Baking;

/// <summary>
/// Puts the target's name in front of its steps, so that a display for all targets tells them apart. A step of several targets is the
/// one's that came to it first.
/// </summary>
internal sealed class TargetProgress(string target, SharedSteps steps, SharedDirectories directories, IProgressSink display) : IProgressSink
{
    public void Report(SolveStatus status) => display.Report(status with
    {
        Vertexes = [.. status.Vertexes.Where(vertex => steps.IsNews(target, vertex)).Select(vertex => vertex with { Name = WithTarget(vertex) })],
        Statuses = [.. status.Statuses.Select(transfer => transfer with { Id = directories.Show(transfer.Id), Name = directories.Show(transfer.Name) })],
    });

    private string WithTarget(VertexState vertex)
    {
        var owner = steps.OwnerOf(vertex.Digest) ?? target;
        return vertex.Name.StartsWith('[') ? $"[{owner} {vertex.Name[1..]}" : $"[{owner}] {vertex.Name}";
    }
}
