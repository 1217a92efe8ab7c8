using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <inheritdoc cref="IImageTable"/>
internal sealed class ImageTable(StateDatabase database, ContentStore content, BlobLeases leases, TimeProvider time) : IImageTable
{
    private const string BelongsToNobody =
        "NOT EXISTS (SELECT 1 FROM layer_blobs WHERE layer_blobs.digest=image_blobs.digest) "
        + "AND NOT EXISTS (SELECT 1 FROM history_blobs WHERE history_blobs.digest=image_blobs.digest)";

    public Descriptor? Find(ImageReference reference)
    {
        var rows = reference.Digest is { } digest
            ? database.Query(
                "SELECT name, descriptor FROM images WHERE (name LIKE $1 ESCAPE '\\' OR name LIKE $2 ESCAPE '\\') AND descriptor LIKE $3 LIMIT 1",
                Read, Escape(reference.Repository) + ":%", Escape(reference.Repository) + "@%", $"%{digest}%")
            : database.Query("SELECT name, descriptor FROM images WHERE name=$1", Read, reference.WithDefaultTag().ToString());
        if (rows is not [var (name, target)])
            return null;
        database.Execute("UPDATE images SET last_used_at=$1 WHERE name=$2", time.GetUtcNow().UtcTicks, name);
        return target;

        static (string Name, Descriptor Target) Read(Microsoft.Data.Sqlite.SqliteDataReader row) =>
            (row.GetString(0), OciJson.ParseDescriptor(System.Text.Encoding.UTF8.GetBytes(row.GetString(1))));
    }

    public void Save(ImageReference name, Descriptor target, IReadOnlyCollection<Digest> blobs) => database.InTransaction(() =>
    {
        var text = name.WithDefaultTag().ToString();
        Remove(text, blobs);
        var now = time.GetUtcNow().UtcTicks;
        var descriptor = OciJson.Serialize(new Descriptor(target.MediaType, target.Digest, target.Size));
        database.Execute("INSERT INTO images VALUES($1,$2,$3,$3)", text, System.Text.Encoding.UTF8.GetString(descriptor), now);
        foreach (var blob in blobs.Distinct())
            database.Execute("INSERT INTO image_blobs VALUES($1,$2)", text, blob.Value);
    });

    public IReadOnlyList<StoredImage> List() => database.Query(
        "SELECT name, created_at, last_used_at, (SELECT COALESCE(SUM(blobs.size),0) FROM image_blobs JOIN blobs ON blobs.digest=image_blobs.digest "
        + "WHERE image_blobs.name=images.name AND NOT EXISTS (SELECT 1 FROM layer_blobs WHERE layer_blobs.digest=image_blobs.digest)) FROM images ORDER BY name",
        row => new StoredImage(
            row.GetString(0), row.GetInt64(3), new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero), new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero)));

    /// <summary>Forgets a name, and with the last one of an image the blobs that only it needs.</summary>
    /// <returns>False when there was none.</returns>
    public bool Remove(string name) => Remove(name, []);

    private bool Remove(string name, IReadOnlyCollection<Digest> kept)
    {
        var lost = database.Query(
            "SELECT digest FROM image_blobs WHERE name=$1 AND NOT EXISTS (SELECT 1 FROM image_blobs AS others WHERE others.digest=image_blobs.digest AND others.name<>$1) "
            + "AND " + BelongsToNobody,
            row => Digest.Parse(row.GetString(0)), name);
        if (database.Execute("DELETE FROM images WHERE name=$1", name) == 0)
            return false;
        foreach (var digest in lost.Except(kept).Where(digest => !leases.IsHeld(digest)))
            content.Remove(digest);
        return true;
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal);
}
