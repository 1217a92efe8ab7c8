using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>What any operation may carry beside its own definition. Only <see cref="Platform"/> and <see cref="WorkerFilter"/> enter the digest.</summary>
public sealed record VertexOptions
{
    public static VertexOptions None { get; } = new();

    /// <summary>Required by images, OCI layouts and commands; the other operations depend on no platform.</summary>
    public Oci.Platform? Platform { get; init; }

    /// <summary>The step's name as progress shows it.</summary>
    public string? Name { get; init; }

    /// <summary>More descriptions, each key once.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Description { get; init; } = [];

    public bool IgnoreCache { get; init; }

    public ProgressGroup? ProgressGroup { get; init; }

    public LinuxResources? LinuxResources { get; init; }

    public IReadOnlyList<string> WorkerFilter { get; init; } = [];

    public IReadOnlyList<LlbSourceLocation> Locations { get; init; } = [];

    internal Protocol.Pb.Platform RequirePlatform()
    {
        var platform = Platform ?? throw new ArgumentException("this operation needs a platform: set VertexOptions.Platform");
        return PlatformMessage.Write(platform);
    }
}
