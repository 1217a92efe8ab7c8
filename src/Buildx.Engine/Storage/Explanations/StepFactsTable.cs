using Buildx.Oci;
using Microsoft.Data.Sqlite;

namespace Buildx.Engine.Storage;

/// <inheritdoc cref="IStepFacts"/>
internal sealed class StepFactsTable(StateDatabase database, TimeProvider time) : IStepFacts
{
    private const long MaximumFacts = 32 << 20;
    private const long MaximumFiles = 64 << 20;
    private const int MaximumNear = 8;
    private const int MaximumNewest = 16;
    private const string Select = "SELECT record, place, operation, facts FROM step_facts WHERE ";

    private readonly Lock _lock = new();
    private long? _factsSize;
    private long? _filesSize;

    public void Save(Digest record, StepKeys keys, string build, byte[] facts)
    {
        lock (_lock)
        {
            _factsSize ??= database.Scalar("SELECT SUM(size) FROM step_facts");
            database.Execute(
                "INSERT OR REPLACE INTO step_facts VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9)",
                record.Value, keys.Place.Value, keys.Operation.Value, keys.Base, keys.Text, build, facts, (long)facts.Length, time.GetUtcNow().UtcTicks);
            _factsSize += facts.Length;
            if (_factsSize > MaximumFacts)
                _factsSize = Trim("step_facts", "record", MaximumFacts / 2);
        }
    }

    public byte[]? Find(Digest record) =>
        database.Query("SELECT facts FROM step_facts WHERE record=$1", row => (byte[])row.GetValue(0), record.Value).FirstOrDefault();

    public IReadOnlyList<StoredFacts> FindNear(StepKeys keys, string build)
    {
        const string newest = " AND build<>$3 ORDER BY made_at DESC LIMIT $4";
        var place = keys.Place.Value;
        return
        [
            .. new[]
            {
                database.Query(Select + "place=$1 AND operation=$2" + newest, Read, place, keys.Operation.Value, build, (long)MaximumNear),
                database.Query(Select + "place=$1 AND base=$2" + newest, Read, place, keys.Base, build, (long)MaximumNear),
                database.Query(Select + "place=$1 AND text=$2" + newest, Read, place, keys.Text, build, (long)MaximumNear),
                database.Query(Select + "place=$1 AND build<>$2 ORDER BY made_at DESC LIMIT $3", Read, place, build, (long)MaximumNewest),
                database.Query(Select + "operation=$1 AND place<>$2" + newest, Read, keys.Operation.Value, place, build, (long)MaximumNear),
            }.SelectMany(near => near).DistinctBy(near => near.Record),
        ];
    }

    public void SaveFiles(Digest content, byte[] files)
    {
        lock (_lock)
        {
            _filesSize ??= database.Scalar("SELECT SUM(size) FROM step_files");
            if (database.Execute("INSERT OR IGNORE INTO step_files VALUES($1,$2,$3,$4)", content.Value, files, (long)files.Length, time.GetUtcNow().UtcTicks) > 0)
                _filesSize += files.Length;
            if (_filesSize > MaximumFiles)
                _filesSize = Trim("step_files", "digest", MaximumFiles / 2);
        }
    }

    public byte[]? FindFiles(Digest content) =>
        database.Query("SELECT files FROM step_files WHERE digest=$1", row => (byte[])row.GetValue(0), content.Value).FirstOrDefault();

    /// <summary>Removes the oldest, down to so many bytes, so that it has not to be done each time.</summary>
    /// <returns>What is left.</returns>
    private long Trim(string table, string key, long kept)
    {
        var rows = database.Query($"SELECT {key}, size FROM {table} ORDER BY made_at DESC", row => (Key: row.GetString(0), Size: row.GetInt64(1)));
        var left = 0L;
        database.InTransaction(() =>
        {
            foreach (var (name, size) in rows)
            {
                if (left + size <= kept)
                    left += size;
                else
                    database.Execute($"DELETE FROM {table} WHERE {key}=$1", name);
            }
        });
        return left;
    }

    private static StoredFacts Read(SqliteDataReader row) =>
        new(Digest.Parse(row.GetString(0)), Digest.Parse(row.GetString(1)), Digest.Parse(row.GetString(2)), (byte[])row.GetValue(3));
}
