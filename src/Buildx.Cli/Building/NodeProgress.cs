using System.Text;
using Buildx.Client.Progress;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>
/// Puts a node's name in front of its steps, so that a display for several nodes tells them apart. The same step on two nodes is two
/// steps.
/// </summary>
internal sealed class NodeProgress(string node, IProgressSink display) : IProgressSink
{
    public void Report(SolveStatus status) => display.Report(status with
    {
        Vertexes = [.. status.Vertexes.Select(vertex => vertex with
        {
            Digest = Own(vertex.Digest),
            Name = vertex.Name.StartsWith('[') ? $"[{node} {vertex.Name[1..]}" : $"[{node}] {vertex.Name}",
            Inputs = [.. vertex.Inputs.Select(Own)],
            Group = vertex.Group is { } group ? group with { Id = $"{node}/{group.Id}" } : null,
        })],
        Statuses = [.. status.Statuses.Select(transfer => transfer with { Vertex = Own(transfer.Vertex) })],
        Reasons = [.. status.Reasons.Select(why => why with { Vertex = Own(why.Vertex) })],
        Logs = [.. status.Logs.Select(log => log with { Vertex = Own(log.Vertex) })],
        Warnings = [.. status.Warnings.Select(warning => warning with { Vertex = Own(warning.Vertex) })],
    });

    private string Own(string digest) => Digest.Sha256(Encoding.UTF8.GetBytes($"{node}/{digest}")).Value;
}
