namespace Buildx.Linux;

/// <param name="LowerDirectories">Lowest first.</param>
public sealed record OverlayOptions(IReadOnlyList<string> LowerDirectories)
{
    /// <summary>Where changes go; null for a tree that can only be read.</summary>
    public string? UpperDirectory { get; init; }

    /// <summary>An empty directory on the upper one's file system.</summary>
    public string? WorkDirectory { get; init; }

    /// <summary>Don't sync files as they are copied up; after a crash the upper directory is to be thrown away.</summary>
    public bool Volatile { get; init; }

    /// <summary>Keep overlayfs's own attributes under <c>user.overlay.</c>, as needed inside a user namespace.</summary>
    public bool UserAttributes { get; init; }
}
