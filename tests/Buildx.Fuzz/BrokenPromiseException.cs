namespace Buildx.Fuzz;

/// <summary>The code ended well, but what it gave is wrong.</summary>
public sealed class BrokenPromiseException(string message) : Exception(message);
