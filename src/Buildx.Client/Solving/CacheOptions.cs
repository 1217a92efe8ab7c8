namespace Buildx.Client;

/// <summary>A place that cache comes from or goes to.</summary>
/// <param name="Type"><c>registry</c>, <c>inline</c>, <c>local</c>, …</param>
public sealed record CacheOptions(string Type, IReadOnlyDictionary<string, string> Attributes);
