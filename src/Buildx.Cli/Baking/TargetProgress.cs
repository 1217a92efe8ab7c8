using Buildx.Client.Progress;

namespace Buildx.Cli.Baking;

/// <summary>Puts the target's name in front of its steps, so that a display for all targets tells them apart.</summary>
internal sealed class TargetProgress(string target, IProgressSink display) : IProgressSink
{
    public void Report(SolveStatus status) => display.Report(status with
    {
        Vertexes = [.. status.Vertexes.Select(vertex => vertex with { Name = WithTarget(vertex.Name) })],
    });

    private string WithTarget(string name) => name.StartsWith('[') ? $"[{target} {name[1..]}" : $"[{target}] {name}";
}
