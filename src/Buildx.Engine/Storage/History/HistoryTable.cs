using Buildx.Oci;
using Microsoft.Data.Sqlite;

namespace Buildx.Engine.Storage;

/// <inheritdoc cref="IHistoryTable"/>
internal sealed class HistoryTable(StateDatabase database) : IHistoryTable
{
    public StoredBuild? Find(string reference) =>
        database.Query("SELECT ref, record, pinned, completed_at FROM history WHERE ref=$1", Read, reference) is [var found] ? found : null;

    public IReadOnlyList<StoredBuild> List() => database.Query("SELECT ref, record, pinned, completed_at FROM history ORDER BY completed_at DESC", Read);

    public IReadOnlyList<string> ListOld(int kept, DateTimeOffset before) => database.Query(
        "SELECT ref FROM (SELECT ref, completed_at FROM history WHERE pinned=0 ORDER BY completed_at DESC LIMIT -1 OFFSET $1) WHERE completed_at<$2",
        row => row.GetString(0), (long)kept, before.UtcTicks);

    public void Save(StoredBuild build, IReadOnlyCollection<Digest> blobs) => database.InTransaction(() =>
    {
        Remove(build.Reference);
        database.Execute(
            "INSERT INTO history VALUES($1,$2,$3,$4)", build.Reference, build.Record, build.IsPinned ? 1 : 0, build.CompletedAt.UtcTicks);
        Add(build.Reference, blobs);
    });

    public void Update(StoredBuild build, params IReadOnlyCollection<Digest> added) => database.InTransaction(() =>
    {
        database.Execute("UPDATE history SET record=$1, pinned=$2 WHERE ref=$3", build.Record, build.IsPinned ? 1 : 0, build.Reference);
        Add(build.Reference, added);
    });

    public bool Remove(string reference) => database.Execute("DELETE FROM history WHERE ref=$1", reference) > 0;

    private void Add(string reference, IReadOnlyCollection<Digest> blobs)
    {
        foreach (var blob in blobs)
            database.Execute("INSERT OR IGNORE INTO history_blobs VALUES($1,$2)", reference, blob.Value);
    }

    private static StoredBuild Read(SqliteDataReader row) =>
        new(row.GetString(0), (byte[])row.GetValue(1), row.GetInt64(2) != 0, new DateTimeOffset(row.GetInt64(3), TimeSpan.Zero));
}
