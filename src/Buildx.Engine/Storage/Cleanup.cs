using System.Globalization;
using System.Text.RegularExpressions;
using Buildx.Linux;

namespace Buildx.Engine.Storage;

/// <summary>Removes what an engine that was killed has left, before anything else is looked at.</summary>
internal static partial class Cleanup
{
    /// <summary>An engine without a mount namespace of its own leaves its mounts in everybody's.</summary>
    public static void ReleaseMounts(StorageLayout layout)
    {
        var prefix = layout.Mounts + "/";
        var points = File.ReadLines("/proc/self/mountinfo")
            .Select(line => Escape().Replace(line.Split(' ')[4], match => ((char)Convert.ToInt32(match.Groups[1].Value, 8)).ToString()))
            .Where(point => point.StartsWith(prefix, StringComparison.Ordinal))
            .OrderByDescending(point => point.Length)
            .ToList();
        foreach (var point in points)
            Mount.Unmount(point);
    }

    /// <summary>Moves half-written things out of the way: whatever the database doesn't know.</summary>
    public static void RemoveUnknown(StorageLayout layout, StateDatabase database)
    {
        foreach (var path in new[] { layout.Ingest, layout.Mounts, layout.Temporary })
            Throw(layout, path, _ => true);
        var layers = database.Query("SELECT id FROM layers WHERE unpacked=1", row => row.GetInt64(0)).ToHashSet();
        Throw(layout, layout.Layers, name => !IsKnown(layers, name));
        var directories = database.Query("SELECT id FROM directories", row => row.GetInt64(0)).ToHashSet();
        Throw(layout, layout.Directories, name => !IsKnown(directories, name));
        var blobs = database.Query("SELECT digest FROM blobs", row => row.GetString(0)).ToHashSet();
        foreach (var algorithm in Directory.GetDirectories(layout.Blobs))
            Throw(layout, algorithm, name => !blobs.Contains($"{Path.GetFileName(algorithm)}:{name}"));
    }

    /// <summary>Drops rows whose content is gone: an engine that is killed while it removes may get no further than the renames.</summary>
    public static void DropMissing(StorageLayout layout, StateDatabase database)
    {
        var layers = List(layout.Layers);
        var directories = List(layout.Directories);
        var blobs = Directory.GetDirectories(layout.Blobs).SelectMany(path => List(path).Select(name => $"{Path.GetFileName(path)}:{name}")).ToHashSet();
        database.InTransaction(() =>
        {
            foreach (var id in database.Query("SELECT id FROM layers WHERE unpacked=1", row => row.GetInt64(0)))
            {
                if (!layers.Contains(id.ToString(CultureInfo.InvariantCulture)))
                    database.Execute("DELETE FROM layers WHERE id=$1", id);
            }
            foreach (var id in database.Query("SELECT id FROM directories", row => row.GetInt64(0)))
            {
                if (!directories.Contains(id.ToString(CultureInfo.InvariantCulture)))
                    database.Execute("DELETE FROM directories WHERE id=$1", id);
            }
            foreach (var digest in database.Query("SELECT digest FROM blobs", row => row.GetString(0)))
            {
                if (!blobs.Contains(digest))
                    database.Execute("DELETE FROM blobs WHERE digest=$1", digest);
            }
            database.Execute(
                "DELETE FROM history WHERE EXISTS (SELECT 1 FROM history_blobs WHERE history_blobs.ref=history.ref "
                + "AND NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.digest=history_blobs.digest))");
            database.Execute(
                "DELETE FROM images WHERE EXISTS (SELECT 1 FROM image_blobs WHERE image_blobs.name=images.name "
                + "AND NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.digest=image_blobs.digest))");
        });
    }

    private static HashSet<string> List(string path)
    {
        using var directory = FileSystem.OpenDirectory(path);
        return [.. DirectoryReader.ReadAll(directory).Select(entry => entry.Name)];
    }

    private static bool IsKnown(HashSet<long> ids, string name) =>
        long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ids.Contains(id);

    private static void Throw(StorageLayout layout, string path, Func<string, bool> isUnknown)
    {
        using var directory = FileSystem.OpenDirectory(path);
        foreach (var entry in DirectoryReader.ReadAll(directory))
        {
            if (isUnknown(entry.Name))
                FileSystem.RenameAt(directory, entry.Name, null, Path.Combine(layout.Trash, Guid.NewGuid().ToString("N")));
        }
    }

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Escape();
}
