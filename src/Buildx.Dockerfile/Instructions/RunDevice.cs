namespace Buildx.Dockerfile;

/// <param name="Name">A CDI name or class.</param>
public sealed record RunDevice(string Name, bool Required);
