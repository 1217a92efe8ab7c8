using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Buildx.Engine.Storage;

/// <summary>
/// The engine's state in one SQLite file. One connection, one user at a time: statements are short, and what is asked often
/// is kept in memory by those who ask.
/// </summary>
internal sealed class StateDatabase : IDisposable
{
    private const string Schema = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE blobs(
            digest TEXT PRIMARY KEY, size INTEGER NOT NULL, last_used_at INTEGER NOT NULL, synced INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE layers(
            id INTEGER PRIMARY KEY AUTOINCREMENT, diff_id TEXT UNIQUE, unpacked INTEGER NOT NULL, size INTEGER NOT NULL,
            flags INTEGER NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL, usage_count INTEGER NOT NULL,
            synced INTEGER NOT NULL);
        -- The forms a layer has as a blob. Variant '' is the one it came with.
        CREATE TABLE layer_blobs(
            layer INTEGER NOT NULL REFERENCES layers(id) ON DELETE CASCADE, variant TEXT NOT NULL, media_type TEXT NOT NULL,
            digest TEXT NOT NULL, size INTEGER NOT NULL, diff_id TEXT NOT NULL, PRIMARY KEY(layer, variant)) WITHOUT ROWID;
        CREATE INDEX layer_blobs_by_digest ON layer_blobs(digest);
        CREATE TABLE records(
            id TEXT PRIMARY KEY, type INTEGER NOT NULL, description TEXT NOT NULL, outputs TEXT NOT NULL, pruned INTEGER NOT NULL,
            created_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL, usage_count INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE record_keys(key TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX record_keys_by_record ON record_keys(record);
        CREATE TABLE directories(
            id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, type INTEGER NOT NULL, description TEXT NOT NULL,
            size INTEGER NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL, usage_count INTEGER NOT NULL,
            synced INTEGER NOT NULL);
        CREATE INDEX directories_by_key ON directories(key);
        """;

    /// <summary>What came with version 2: build records, and the blobs that they keep.</summary>
    private const string HistorySchema = """
        CREATE TABLE history(ref TEXT PRIMARY KEY, record BLOB NOT NULL, pinned INTEGER NOT NULL, completed_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE history_blobs(
            ref TEXT NOT NULL REFERENCES history(ref) ON DELETE CASCADE, digest TEXT NOT NULL, PRIMARY KEY(ref, digest)) WITHOUT ROWID;
        CREATE INDEX history_by_age ON history(pinned, completed_at);
        CREATE INDEX history_blobs_by_digest ON history_blobs(digest);
        """;

    /// <summary>What came with version 3: what records were made of.</summary>
    private const string FactsSchema = """
        CREATE TABLE step_facts(
            record TEXT PRIMARY KEY, place TEXT NOT NULL, operation TEXT NOT NULL, base TEXT NOT NULL, text TEXT NOT NULL, build TEXT NOT NULL,
            facts BLOB NOT NULL, size INTEGER NOT NULL, made_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE step_files(digest TEXT PRIMARY KEY, files BLOB NOT NULL, size INTEGER NOT NULL, made_at INTEGER NOT NULL);
        CREATE INDEX step_facts_by_place ON step_facts(place, made_at);
        CREATE INDEX step_facts_by_operation ON step_facts(operation, made_at);
        CREATE INDEX step_facts_by_base ON step_facts(base, made_at);
        CREATE INDEX step_facts_by_text ON step_facts(text, made_at);
        """;

    /// <summary>What came with version 4: what eStargz layers tell, and images by name.</summary>
    private const string ImagesSchema = """
        ALTER TABLE layer_blobs ADD COLUMN table_digest TEXT;
        ALTER TABLE layer_blobs ADD COLUMN uncompressed_size INTEGER;
        CREATE TABLE images(name TEXT PRIMARY KEY, descriptor TEXT NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE image_blobs(
            name TEXT NOT NULL REFERENCES images(name) ON DELETE CASCADE, digest TEXT NOT NULL, PRIMARY KEY(name, digest)) WITHOUT ROWID;
        CREATE INDEX image_blobs_by_digest ON image_blobs(digest);
        """;

    /// <summary>What came with version 5: layers that hold only what differs from another one.</summary>
    private const string ContinuationSchema = """
        ALTER TABLE layers ADD COLUMN continues INTEGER REFERENCES layers(id) ON DELETE CASCADE;
        CREATE INDEX layers_by_continued ON layers(continues) WHERE continues IS NOT NULL;
        """;

    /// <summary>What each version has added to the one before.</summary>
    private static readonly string[] Steps = [Schema, HistorySchema, FactsSchema, ImagesSchema, ContinuationSchema];

    private static int Version => Steps.Length;

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private SqliteTransaction? _transaction;

    static StateDatabase()
    {
        raw.SetProvider(new SQLite3Provider_sqlite3());
        raw.FreezeProvider();
    }

    private StateDatabase(SqliteConnection connection) => _connection = connection;

    /// <exception cref="StorageException">It isn't readable, or a newer engine made it.</exception>
    public static StateDatabase Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            var database = new StateDatabase(connection);
            // NORMAL: a power loss may take the last transactions, never the file's integrity. Rows whose content may be lost
            // with them are found by their "synced" mark.
            database.ExecuteText("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;");
            var version = database.Scalar("PRAGMA user_version");
            if (version > Version)
            {
                throw new StorageException(
                    $"{path} was made by a newer version of the engine (format {version}, this one knows {Version}): use that version, or another root directory");
            }
            if (version < Version)
                database.InTransaction(() => database.ExecuteText($"{string.Join(' ', Steps[(int)version..])} PRAGMA user_version={Version};"));
            return database;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new StorageException($"cannot open the state database {path}: {exception.Message}", exception);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <returns>How many rows changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> parameters)
    {
        lock (_lock)
            return Prepare(sql, parameters).ExecuteNonQuery();
    }

    /// <returns>The new row's id.</returns>
    public long Insert(string sql, params ReadOnlySpan<object?> parameters)
    {
        lock (_lock)
        {
            Prepare(sql, parameters).ExecuteNonQuery();
            return raw.sqlite3_last_insert_rowid(_connection.Handle);
        }
    }

    public long Scalar(string sql, params ReadOnlySpan<object?> parameters)
    {
        lock (_lock)
            return Prepare(sql, parameters).ExecuteScalar() as long? ?? 0;
    }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> parameters)
    {
        lock (_lock)
        {
            using var reader = Prepare(sql, parameters).ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
                rows.Add(read(reader));
            return rows;
        }
    }

    /// <summary>All or nothing. May be nested: the outermost decides.</summary>
    public void InTransaction(Action action)
    {
        lock (_lock)
        {
            if (_transaction is not null)
            {
                action();
                return;
            }
            using var transaction = _connection.BeginTransaction();
            _transaction = transaction;
            try
            {
                action();
                transaction.Commit();
            }
            finally
            {
                _transaction = null;
            }
        }
    }

    public string? GetMeta(string key) =>
        Query("SELECT value FROM meta WHERE key=$1", row => row.GetString(0), key).FirstOrDefault();

    public void SetMeta(string key, string value) =>
        Execute("INSERT INTO meta VALUES($1,$2) ON CONFLICT(key) DO UPDATE SET value=excluded.value", key, value);

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var command in _commands.Values)
                command.Dispose();
            _commands.Clear();
            _connection.Dispose();
        }
    }

    private void ExecuteText(string sql)
    {
        using var command = _connection.CreateCommand();
        command.Transaction = _transaction;
#pragma warning disable CA2100 // Only constants come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> parameters)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // Statements are constants; values are bound.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 1; i <= parameters.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            _commands[sql] = command;
        }
        command.Transaction = _transaction;
        for (var i = 0; i < parameters.Length; i++)
            command.Parameters[i].Value = parameters[i] ?? DBNull.Value;
        return command;
    }
}
