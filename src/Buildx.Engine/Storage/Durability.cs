using Buildx.Linux;
using Microsoft.Extensions.Logging;

namespace Buildx.Engine.Storage;

/// <summary>
/// Makes what is stored survive a power loss, without syncing every file: rows are marked once their content is known to be on
/// the disk. When the machine went down with the engine running, rows without the mark are dropped.
/// </summary>
internal sealed class Durability : IAsyncDisposable
{
    private const string BootKey = "boot_id";
    private const string CleanKey = "clean_shutdown";

    private readonly StorageLayout _layout;
    private readonly StateDatabase _database;
    private readonly StorageOptions _options;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();

    public Durability(StorageLayout layout, StateDatabase database, StorageOptions options)
    {
        (_layout, _database, _options) = (layout, database, options);
        _timer = options.Time.CreateTimer(_ => SyncQuietly(), null, options.SyncInterval, options.SyncInterval);
    }

    public static void DropWhatMayBeLost(StorageLayout layout, StateDatabase database, StorageOptions options)
    {
        var boot = options.BootId ?? ReadBootId();
        var lastBoot = database.GetMeta(BootKey);
        if (lastBoot is not null && lastBoot != boot && database.GetMeta(CleanKey) != "1")
        {
            var dropped = 0;
            database.InTransaction(() =>
            {
                dropped += database.Execute("DELETE FROM layers WHERE unpacked=1 AND synced=0");
                dropped += database.Execute("DELETE FROM blobs WHERE synced=0");
                dropped += database.Execute("DELETE FROM directories WHERE synced=0");
            });
            if (dropped > 0)
            {
                options.Logger.LogWarning(
                    "the machine went down while the engine was running: {Count} entries of {Root} were not on the disk yet and are dropped",
                    dropped, layout.Root);
            }
        }
        database.InTransaction(() =>
        {
            database.SetMeta(BootKey, boot);
            database.SetMeta(CleanKey, "0");
        });
    }

    /// <summary>Writes everything to the disk and remembers that it is there.</summary>
    public void Sync()
    {
        lock (_lock)
        {
            var layers = Unsynced("SELECT id FROM layers WHERE synced=0 AND unpacked=1");
            var blobs = _database.Query("SELECT digest FROM blobs WHERE synced=0", row => row.GetString(0));
            if (layers.Count > 0 || blobs.Count > 0 || HasUnsyncedDirectories())
            {
                using var directory = FileSystem.OpenDirectory(_layout.Root);
                FileSystem.SyncFileSystem(directory);
            }
            _database.InTransaction(() =>
            {
                foreach (var layer in layers)
                    _database.Execute("UPDATE layers SET synced=1 WHERE id=$1", layer);
                foreach (var blob in blobs)
                    _database.Execute("UPDATE blobs SET synced=1 WHERE digest=$1", blob);
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        try
        {
            Sync();
            _database.InTransaction(() =>
            {
                // Nobody holds a directory any more, so what was synced is what is there.
                _database.Execute("UPDATE directories SET synced=1");
                _database.SetMeta(CleanKey, "1");
            });
        }
        catch (LinuxException exception)
        {
            _options.Logger.LogWarning("cannot sync {Root}: {Message}", _layout.Root, exception.Message);
        }
    }

    private List<long> Unsynced(string sql) => _database.Query(sql, row => row.GetInt64(0));

    private bool HasUnsyncedDirectories() => _database.Scalar("SELECT COUNT(*) FROM directories WHERE synced=0") > 0;

    private void SyncQuietly()
    {
        try
        {
            Sync();
        }
        catch (Exception exception)
        {
            _options.Logger.LogWarning("cannot sync {Root}: {Message}", _layout.Root, exception.Message);
        }
    }

    private static string ReadBootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
