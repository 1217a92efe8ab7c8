using Buildx.Bake.Entries;

namespace Buildx.Bake.Targets;

/// <summary>One target as its definition says; what is null isn't said there.</summary>
public sealed partial record BakeTarget(string Name)
{
    public string Description { get; init; } = "";

    public IReadOnlyList<string> Inherits { get; init; } = [];

    public IReadOnlyList<string>? Annotations { get; init; }

    public IReadOnlyList<AttestationEntry>? Attestations { get; init; }

    public string? Context { get; init; }

    public IReadOnlyDictionary<string, string>? Contexts { get; init; }

    public string? Dockerfile { get; init; }

    public string? DockerfileInline { get; init; }

    /// <summary>A null value says nothing, so that the one of a parent stays.</summary>
    public IReadOnlyDictionary<string, string?>? Arguments { get; init; }

    public IReadOnlyDictionary<string, string?>? Labels { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public IReadOnlyList<CacheEntry>? CacheFrom { get; init; }

    public IReadOnlyList<CacheEntry>? CacheTo { get; init; }

    /// <summary>The Dockerfile's stage.</summary>
    public string? Stage { get; init; }

    public IReadOnlyList<SecretEntry>? Secrets { get; init; }

    public IReadOnlyList<SshEntry>? Ssh { get; init; }

    public IReadOnlyList<string>? Platforms { get; init; }

    public IReadOnlyList<OutputEntry>? Outputs { get; init; }

    public bool? Pull { get; init; }

    public bool? NoCache { get; init; }

    public string? Network { get; init; }

    public IReadOnlyList<string>? NoCacheFilter { get; init; }

    public string? ShmSize { get; init; }

    public IReadOnlyList<string>? Ulimits { get; init; }

    public ResourceLimits? Resources { get; init; }

    public string? Call { get; init; }

    public IReadOnlyList<string>? Entitlements { get; init; }

    public IReadOnlyDictionary<string, string?>? ExtraHosts { get; init; }

    public IReadOnlyList<PolicyEntry>? Policies { get; init; }

    /// <summary>Only there because another target's context is made of it.</summary>
    public bool IsLinked { get; init; }

    /// <summary>Where relative paths are counted from.</summary>
    internal PathOrigin Origin { get; init; } = PathOrigin.WorkingDirectory;
}
