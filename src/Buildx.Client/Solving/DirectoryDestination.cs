namespace Buildx.Client;

/// <summary>A directory, for <c>local</c>.</summary>
/// <param name="DeleteOthers">Whether what the build doesn't have is deleted there.</param>
public sealed record DirectoryDestination(string Path, bool DeleteOthers = false) : ExportDestination;
