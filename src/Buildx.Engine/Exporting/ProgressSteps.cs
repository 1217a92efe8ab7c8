using Buildx.Engine.Solving;

namespace Buildx.Engine.Exporting;

internal static class ProgressSteps
{
    /// <summary>A line of work that is only begun and ended, e.g. <c>exporting layers</c>.</summary>
    public static IStatusProgress Step(this IVertexProgress progress, string name) => progress.StartStatus(name, name);
}
