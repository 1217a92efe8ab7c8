using Buildx.Oci;

namespace Buildx.Cli.ImageTools;

/// <summary>What <c>imagetools create</c> was asked for.</summary>
internal sealed record ImageCreation
{
    public required IReadOnlyList<ImageSource> Sources { get; init; }

    public required IReadOnlyList<ImageReference> Tags { get; init; }

    public IReadOnlyList<ImageAnnotation> Annotations { get; init; } = [];

    /// <summary>Empty for all.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>Make an index also of one single image.</summary>
    public bool PreferIndex { get; init; } = true;

    /// <summary>Told what is done, a line each.</summary>
    public Action<string> Report { get; init; } = _ => { };
}
