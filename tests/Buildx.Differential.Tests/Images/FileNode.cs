using System.Formats.Tar;

namespace Buildx.Differential.Tests.Images;

/// <summary>A file of any type in an image. Hard links share one.</summary>
internal sealed record FileNode
{
    public required TarEntryType Type { get; init; }

    /// <summary>Permissions with setuid, setgid and sticky.</summary>
    public required UnixFileMode Mode { get; init; }

    public int UserId { get; init; }

    public int GroupId { get; init; }

    public long Size { get; init; }

    public string? ContentDigest { get; init; }

    public string? LinkTarget { get; init; }

    public (int Major, int Minor) Device { get; init; }

    public IReadOnlyDictionary<string, string> ExtendedAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Null for a directory that no layer has an entry for.</summary>
    public DateTimeOffset? ModificationTime { get; init; }
}
