namespace Buildx.Llb;

/// <summary>A build graph that contradicts itself.</summary>
public sealed class InvalidLlbException(string message) : Exception(message);
