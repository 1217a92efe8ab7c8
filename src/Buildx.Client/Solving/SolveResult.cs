namespace Buildx.Client;

/// <param name="Ref">The build's id.</param>
/// <param name="ExporterResponse">What the exporters tell, e.g. <c>containerimage.digest</c>.</param>
public sealed record SolveResult(string Ref, IReadOnlyDictionary<string, string> ExporterResponse);
