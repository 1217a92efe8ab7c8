namespace Buildx.Engine.Storage;

/// <summary>
/// Directories that live on between builds and are changed in place: cache mounts (<c>exec.cachemount</c>), mirrors of local
/// contexts (<c>source.local</c>), git repositories. They count for disk usage and garbage collection like records.
/// </summary>
internal interface IMutableDirectories
{
    /// <summary>Takes the directory of this key, making an empty one if there is none. Waits while another holder excludes us.</summary>
    /// <param name="exclusive">Nobody else may hold it meanwhile.</param>
    ValueTask<IMutableDirectory> AcquireAsync(
        string key, RecordType type, string description, bool exclusive, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="AcquireAsync"/> with <c>exclusive</c>, but where the directory is taken gives another one instead of
    /// waiting: <c>sharing=private</c>.
    /// </summary>
    ValueTask<IMutableDirectory> AcquireFreeAsync(
        string key, RecordType type, string description, CancellationToken cancellationToken);
}

internal interface IMutableDirectory : IAsyncDisposable
{
    string Path { get; }

    /// <summary>True when it was just made, so that it must be filled first.</summary>
    bool IsNew { get; }

    /// <summary>Throws the content away; the next holder gets a new directory.</summary>
    void Discard();
}
