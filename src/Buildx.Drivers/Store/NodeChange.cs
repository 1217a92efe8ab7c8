using Buildx.Oci;

namespace Buildx.Drivers.Store;

/// <summary>What <c>create</c> says about a node; null leaves a setting as it is.</summary>
public sealed record NodeChange
{
    public string? Name { get; init; }

    /// <summary>The endpoint the user asked for.</summary>
    public string? Endpoint { get; init; }

    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    public IReadOnlyList<string>? Flags { get; init; }

    public IReadOnlyDictionary<string, string>? DriverOptions { get; init; }

    public IReadOnlyDictionary<string, byte[]>? Files { get; init; }
}
