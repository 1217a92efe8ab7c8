using Buildx.Engine.Execution;

namespace Buildx.Engine.Solving;

/// <summary>What a running vertex tells everybody who watches a build that contains it.</summary>
internal interface IVertexProgress : IExecutionOutput
{
    /// <summary>A line of work inside the vertex with a bar, e.g. one layer's download. Completes when disposed.</summary>
    IStatusProgress StartStatus(string id, string name, long total = 0);

    void Warn(int level, string message, IReadOnlyList<string>? detail = null, string? url = null);
}

internal interface IStatusProgress : IDisposable
{
    void Update(long current, long total);
}
