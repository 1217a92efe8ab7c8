using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>What the engine knows of a layer. Changed only under the <see cref="LayerTable"/>'s lock.</summary>
internal sealed class Layer(long number, LayerId id)
{
    /// <summary>The variant of the blob that an image's layer came with.</summary>
    public const string Original = "";

    public long Number { get; } = number;
    public LayerId Id { get; } = id;
    public Digest? DiffId { get; set; }

    /// <summary>Whether its directory is there, whole.</summary>
    public bool IsUnpacked { get; set; }

    /// <summary>Bytes of the directory.</summary>
    public long Size { get; set; }

    public LayerFlags Flags { get; set; }

    /// <summary>The layer that this one is the same as but for what its own directory has; null for one that is whole by itself.</summary>
    public Layer? Continues { get; set; }

    /// <summary>How many layers continue this one, and need its directory.</summary>
    public int Continuations { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset LastUsedAt { get; set; }
    public int UsageCount { get; set; }
    public IBlobSource? Source { get; set; }
    public Dictionary<string, StoredBlob> Blobs { get; } = [];

    /// <summary>Mounts, leases and running work that need it.</summary>
    public int Holders { get; set; }

    public bool IsRemoved { get; set; }
}
