namespace Buildx.Engine.CacheTransfer.Stores.GitHub;

/// <summary>What both versions of GitHub's cache API can do.</summary>
internal interface IGitHubApi
{
    /// <summary>The newest entry whose key begins so; null where there is none.</summary>
    /// <exception cref="StoreException"/>
    Task<CacheEntry?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>Begins a new entry.</summary>
    /// <returns>What to call it by from here on; null when there is one of this key, or somebody is about to write it.</returns>
    /// <exception cref="StoreException"/>
    Task<string?> ReserveAsync(string key, CancellationToken cancellationToken);

    /// <param name="reservation">What <see cref="ReserveAsync"/> gave.</param>
    /// <param name="open">Opens the content.</param>
    /// <exception cref="StoreException"/>
    Task UploadAsync(string reservation, string key, long size, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken);
}

/// <param name="Url">Where its content is; whoever knows it may read it.</param>
internal sealed record CacheEntry(string Key, string Url)
{
    // Whoever prints a record is not to print what gives access.
    public override string ToString() => Key;
}
