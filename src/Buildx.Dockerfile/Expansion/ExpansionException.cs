namespace Buildx.Dockerfile;

/// <summary>A word that cannot be expanded: an open quote, a bad substitution, a variable that must be set and is not.</summary>
public sealed class ExpansionException(string message) : Exception(message);
