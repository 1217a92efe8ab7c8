namespace Buildx.Client;

/// <param name="Ref">The build's id.</param>
/// <param name="ExporterResponse">What the exporters tell, e.g. <c>containerimage.digest</c>.</param>
public sealed record SolveResult(string Ref, IReadOnlyDictionary<string, string> ExporterResponse)
{
    /// <summary>What the frontend answered to <see cref="SolveOptions.Request"/>, e.g. <c>result.json</c> and <c>result.txt</c>.</summary>
    public IReadOnlyDictionary<string, string> Answer { get; init; } = new Dictionary<string, string>();
}
