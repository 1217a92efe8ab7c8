namespace Buildx.Engine.Storage;

/// <summary>Whole directories as the tars that layers are, to send the content of mutable directories to other engines.</summary>
internal interface IDirectoryArchives
{
    /// <summary>Puts a directory's content into the content store.</summary>
    /// <param name="lease">Keeps it there.</param>
    Task<LayerBlob> PackAsync(string path, LayerCompression compression, IStorageLease lease, CancellationToken cancellationToken);

    /// <summary>Puts content in the place of an empty directory: all of it, or none.</summary>
    /// <param name="lease">Keeps what is fetched for it.</param>
    /// <exception cref="InvalidDataException">It is damaged, or no such content.</exception>
    Task UnpackAsync(LayerBlob blob, DirectoryAttributes attributes, string path, IStorageLease lease, CancellationToken cancellationToken);
}

/// <summary>What an archive of its content does not have of the directory itself.</summary>
internal readonly record struct DirectoryAttributes(uint Uid, uint Gid, uint Permissions);
