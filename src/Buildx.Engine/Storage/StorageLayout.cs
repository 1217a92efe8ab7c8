using System.Globalization;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>Where things are under the engine's root directory.</summary>
internal sealed class StorageLayout
{
    public StorageLayout(string root)
    {
        Root = Path.GetFullPath(root);
        Blobs = Path.Combine(Root, "content/blobs");
        Ingest = Path.Combine(Root, "content/ingest");
        Layers = Path.Combine(Root, "layers");
        Directories = Path.Combine(Root, "directories");
        Mounts = Path.Combine(Root, "mounts");
        Temporary = Path.Combine(Root, "tmp");
        Trash = Path.Combine(Root, "trash");
        Empty = Path.Combine(Root, "empty");
        Database = Path.Combine(Root, "state.db");
        Lock = Path.Combine(Root, "engine.lock");
    }

    public string Root { get; }
    public string Blobs { get; }
    public string Ingest { get; }
    public string Layers { get; }
    public string Directories { get; }

    /// <summary>Uppers, work directories and mount points of snapshots in use.</summary>
    public string Mounts { get; }

    public string Temporary { get; }

    /// <summary>What is on its way out: out of its place at once by a rename, deleted when there is time.</summary>
    public string Trash { get; }

    /// <summary>A directory that stays empty.</summary>
    public string Empty { get; }

    public string Database { get; }
    public string Lock { get; }

    public string GetLayerPath(long id) => Path.Combine(Layers, id.ToString(CultureInfo.InvariantCulture));

    public string GetBlobPath(Digest digest) => Path.Combine(Blobs, digest.Algorithm, digest.Hex);

    public void Create()
    {
        Directory.CreateDirectory(Root);
        foreach (var path in new[] { Path.Combine(Blobs, "sha256"), Ingest, Layers, Directories, Mounts, Temporary, Trash, Empty })
            Directory.CreateDirectory(path);
        // Layers hold other people's setuid programs: nobody but the engine's user gets in.
        foreach (var path in new[] { Path.Combine(Root, "content"), Layers, Directories, Mounts, Temporary, Trash })
            FileSystem.ChangeModeAt(null, path, 0x1c0);
    }
}
