using Buildx.Oci;
using Microsoft.Data.Sqlite;

namespace Buildx.Engine.Storage;

/// <inheritdoc cref="IRecordStore"/>
internal sealed class RecordStore(StateDatabase database, TimeProvider time) : IRecordStore
{
    private const string Columns = "id, type, description, outputs, pruned, created_at, last_used_at, usage_count";

    public CacheRecord? FindByKey(Digest key) => database.Query(
        $"SELECT {Columns} FROM records WHERE id=(SELECT record FROM record_keys WHERE key=$1)", Read, key.Value) is [var stored] ? stored.Record : null;

    public CacheRecord? Find(Digest id) =>
        database.Query($"SELECT {Columns} FROM records WHERE id=$1", Read, id.Value) is [var stored] ? stored.Record : null;

    public void Save(CacheRecord record, IReadOnlyCollection<Digest> keys) => database.InTransaction(() =>
    {
        database.Execute(
            "INSERT INTO records VALUES($1,$2,$3,$4,0,$5,$6,1) ON CONFLICT(id) DO UPDATE SET type=excluded.type, "
            + "description=excluded.description, outputs=excluded.outputs, pruned=0, created_at=excluded.created_at, last_used_at=excluded.last_used_at, "
            + "usage_count=usage_count+1",
            record.Id.Value, (long)record.Type, record.Description, RecordOutputs.Format(record.Outputs),
            record.CreatedAt.UtcTicks, time.GetUtcNow().UtcTicks);
        AddKey(record.Id, record.Id);
        foreach (var key in keys)
            AddKey(record.Id, key);
    });

    public void AddKey(Digest id, Digest key) => database.Execute(
        "INSERT INTO record_keys VALUES($1,$2) ON CONFLICT(key) DO UPDATE SET record=excluded.record", key.Value, id.Value);

    public void Touch(Digest id) => database.Execute(
        "UPDATE records SET last_used_at=$1, usage_count=usage_count+1 WHERE id=$2", time.GetUtcNow().UtcTicks, id.Value);

    public List<StoredRecord> ListUnpruned() => database.Query($"SELECT {Columns} FROM records WHERE pruned=0 ORDER BY created_at, id", Read);

    /// <summary>Takes the record's outputs; what it is called and found by stays.</summary>
    public void SetPruned(Digest id) => database.Execute("UPDATE records SET pruned=1 WHERE id=$1", id.Value);

    private static StoredRecord Read(SqliteDataReader row) => new(
        new CacheRecord(
            Digest.Parse(row.GetString(0)),
            RecordOutputs.Parse(row.GetString(3)),
            row.GetString(2),
            (RecordType)row.GetInt64(1),
            new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero)),
        row.GetInt64(4) != 0,
        new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero),
        row.GetInt32(7));
}
