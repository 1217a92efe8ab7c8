namespace Buildx.Client;

/// <summary>One output of a build.</summary>
/// <param name="Type"><c>image</c>, <c>oci</c>, <c>docker</c>, <c>local</c>, <c>tar</c>, …</param>
public sealed record ExportOptions(string Type)
{
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Null for what the daemon keeps or pushes itself.</summary>
    public ExportDestination? Destination { get; init; }
}
