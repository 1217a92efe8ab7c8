using Buildx.Linux;
using Microsoft.Extensions.Logging;

namespace Buildx.Engine.Storage;

/// <inheritdoc cref="IStorage"/>
internal sealed class EngineStorage : IStorage
{
    private readonly StorageLayout _layout;
    private readonly StorageOptions _options;
    private readonly FileLock _lock;
    private readonly StateDatabase _database;
    private readonly Trash _trash;
    private readonly ContentStore _content;
    private readonly LayerTable _layers;
    private readonly LayerStore _layerStore;
    private readonly RecordStore _records;
    private readonly HistoryTable _history;
    private readonly StepFactsTable _facts;
    private readonly ImageTable _images;
    private readonly MutableDirectories _directories;
    private readonly DirectoryArchives _archives;
    private readonly BlobLeases _blobLeases = new();
    private readonly Durability _durability;
    private readonly GarbageCollector _garbage;

    private EngineStorage(StorageLayout layout, StorageOptions options, FileLock rootLock, StateDatabase database)
    {
        (_layout, _options, _lock, _database) = (layout, options, rootLock, database);
        _trash = new Trash(layout, options.Logger);
        _content = new ContentStore(layout, database, options.Time, _trash);
        _layers = new LayerTable(database, layout, _content, options.Time, _trash);
        _records = new RecordStore(database, options.Time);
        _history = new HistoryTable(database);
        _facts = new StepFactsTable(database, options.Time);
        _images = new ImageTable(database, _content, _blobLeases, options.Time);
        _directories = new MutableDirectories(layout, database, options.Time, _trash);
        var isPrivileged = UserNamespace.IsInitial;
        var form = new OverlayForm(UserAttributes: !isPrivileged);
        _layerStore = new LayerStore(_layers, _content, layout, _trash, form, isPrivileged);
        _archives = new DirectoryArchives(_content, layout, _trash, form, isPrivileged);
        _durability = new Durability(layout, database, options);
        _garbage = new GarbageCollector(layout, options.Time, _layers, _records, _directories, _content, _images, _blobLeases, database);
    }

    public IContentStore Content => _content;

    public ILayerStore Layers => _layerStore;

    public IRecordStore Records => _records;

    public IMutableDirectories Directories => _directories;

    public IDirectoryArchives Archives => _archives;

    public IHistoryTable History => _history;

    public IStepFacts Facts => _facts;

    public IImageTable Images => _images;

    public string TemporaryPath => _layout.Temporary;

    /// <summary>
    /// Opens the store, making it if there is none. What an engine that was killed left half-done is removed; after a power
    /// loss, what was not synced too.
    /// </summary>
    /// <exception cref="StorageException">Another engine uses it, it can't be written, or it is of an unknown version.</exception>
    public static Task<EngineStorage> OpenAsync(string root, StorageOptions options, CancellationToken cancellationToken) =>
        Task.Run(() => Open(root, options), cancellationToken);

    public IStorageLease Lease() => new StorageLease(_layers, _blobLeases);

    public IReadOnlyList<UsageRecord> GetUsage(UsageFilter filter) => _garbage.GetUsage(filter);

    public async Task PruneAsync(IReadOnlyList<PrunePolicy> policies, Action<UsageRecord> removed, CancellationToken cancellationToken)
    {
        await _garbage.PruneAsync(policies, removed, cancellationToken);
        await _trash.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _durability.DisposeAsync();
        await _trash.DisposeAsync();
        _layerStore.Dispose();
        _garbage.Dispose();
        _database.Dispose();
        _lock.Dispose();
    }

    private static EngineStorage Open(string root, StorageOptions options)
    {
        var layout = new StorageLayout(root);
        FileLock? rootLock = null;
        StateDatabase? database = null;
        try
        {
            layout.Create();
            rootLock = Acquire(layout);
            Cleanup.ReleaseMounts(layout);
            database = StateDatabase.Open(layout.Database);
            Durability.DropWhatMayBeLost(layout, database, options);
            Cleanup.DropMissing(layout, database);
            Cleanup.RemoveUnknown(layout, database);
            var storage = new EngineStorage(layout, options, rootLock, database);
            storage._trash.Empty();
            return storage;
        }
        catch (Exception exception)
        {
            database?.Dispose();
            rootLock?.Dispose();
            if (exception is LinuxException or UnauthorizedAccessException or IOException)
            {
                throw new StorageException(
                    $"cannot use {layout.Root} for the engine's state: {exception.Message}; choose another directory with --root", exception);
            }
            throw;
        }
    }

    private static FileLock Acquire(StorageLayout layout)
    {
        var rootLock = FileLock.TryAcquire(layout.Lock);
        if (rootLock is null)
        {
            var owner = ReadOwner(layout.Lock);
            throw new StorageException(
                $"{layout.Root} is in use by another engine{(owner.Length > 0 ? $" (process {owner})" : "")}: "
                + "end that one, or choose another directory with --root")
            { IsInUse = true };
        }
        var text = System.Text.Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n");
        RandomAccess.SetLength(rootLock.Handle, 0);
        RandomAccess.Write(rootLock.Handle, text, 0);
        return rootLock;
    }

    /// <summary>Not through <see cref="File"/>, which would ask for the lock itself.</summary>
    private static string ReadOwner(string path)
    {
        using var file = FileSystem.OpenAt(null, path, OpenFlags.ReadOnly);
        Span<byte> text = stackalloc byte[32];
        return System.Text.Encoding.ASCII.GetString(text[..RandomAccess.Read(file, text, 0)]).Trim();
    }
}
