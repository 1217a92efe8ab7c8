using System.Formats.Tar;
using Buildx.Engine.Storage;
using Buildx.Linux;

namespace Buildx.Engine.Tests.Storage;

/// <summary>Layers laid over other trees than the one they were made on.</summary>
public sealed class MergedLayerTests
{
    [Fact]
    public async Task A_directory_made_anew_hides_what_it_had_and_nothing_of_the_trees_it_is_merged_with()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var one = await fixture.AppendAsync(Snapshot.Empty, root => Make(root, "dir/old", "dir/inner/old", "dir/inner/deep/old", "gone/old", "file"));
        one = await fixture.AppendAsync(one, root => File.Delete(Path.Combine(root, "dir/inner/deep/old")));
        var two = await fixture.AppendAsync(one, root =>
        {
            Directory.Delete(Path.Combine(root, "dir"), recursive: true);
            Directory.Delete(Path.Combine(root, "gone"), recursive: true);
            File.Delete(Path.Combine(root, "file"));
            Make(root, "dir/inner/new", "gone", "file/new");
        });
        var other = await fixture.AppendAsync(Snapshot.Empty, root => Make(root, "dir/mine", "dir/old", "dir/inner/mine", "dir/inner/deep/old", "file/mine"));

        await fixture.ReadAsync(two, root => Assert.Equal(["dir/inner/new", "file/new", "gone"], Files(root)));
        var changes = new Snapshot([two.Layers[^1]]);
        await fixture.ReadAsync(changes, root => Assert.Equal(["dir/inner/new", "file/new", "gone"], Files(root)));
        await fixture.ReadAsync(other.Concat(changes), root => Assert.Equal(["dir/inner/mine", "dir/inner/new", "dir/mine", "file/mine", "file/new", "gone"], Files(root)));
        await fixture.ReadAsync(two.Concat(other).Concat(two), root => Assert.Equal(["dir/inner/mine", "dir/inner/new", "dir/mine", "file/new", "gone"], Files(root)));
        Assert.Equal(
            ["dir/", "dir/.wh.old", "dir/inner/", "dir/inner/.wh.deep", "dir/inner/.wh.old", "dir/inner/new", "file/", "file/new", "gone"],
            (await ReadEntriesAsync(fixture, two.Layers[^1])).Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_directory_made_anew_is_a_change_only_where_it_is_not_as_before()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var one = await fixture.AppendAsync(Snapshot.Empty, root => Make(root, "dir/same", "dir/other", "dir/inner/same"));
        var layer = await fixture.ChangeAsync(one, root =>
        {
            Directory.Delete(Path.Combine(root, "dir"), recursive: true);
            Make(root, "dir/same", "dir/other", "dir/inner/same");
            File.WriteAllText(Path.Combine(root, "dir/other"), "changed");
            using var directory = FileSystem.OpenDirectory(Path.Combine(root, "dir"));
            FileSystem.SetTimes(directory, null, new FileTime(1_000_000_000, 0));
        });
        var entries = await ReadEntriesAsync(fixture, layer);
        Assert.Equal(["dir/", "dir/other"], entries.Select(entry => entry.Name));
        Assert.Equal(1_000_000_000, entries[0].ModificationTime.ToUnixTimeSeconds());
        await fixture.ReadAsync(one.Append(layer), root => Assert.Equal(["dir/inner/same", "dir/other", "dir/same"], Files(root)));
    }

    [Fact]
    public async Task A_link_to_a_file_of_the_tree_below_stays_one_wherever_its_layer_is_laid()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var one = await fixture.AppendAsync(Snapshot.Empty, root => Make(root, "file"));
        var two = await fixture.AppendAsync(one, root =>
        {
            using var directory = FileSystem.OpenDirectory(root);
            FileSystem.MakeHardLinkAt(directory, "file", directory, "again");
        });
        await fixture.ReadAsync(two.Concat(one).Concat(two), root =>
        {
            using var directory = FileSystem.OpenDirectory(root);
            Assert.Equal(FileSystem.GetStatusAt(directory, "file").Inode, FileSystem.GetStatusAt(directory, "again").Inode);
        });
        Assert.Equal(
            [("again", TarEntryType.RegularFile, ""), ("file", TarEntryType.HardLink, "again")],
            (await ReadEntriesAsync(fixture, two.Layers[^1])).Select(entry => (entry.Name, entry.EntryType, entry.LinkName)));
    }

    [Fact]
    public async Task The_mark_of_an_opaque_directory_in_an_images_layer_hides_whatever_it_is_laid_over()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var image = new Snapshot([fixture.AddImage(StorageFixture.MakeTar(writer =>
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "dir/.wh..wh..opq"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "dir/new"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "single/.wh.gone"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "single/new"));
        }))]);
        var other = await fixture.AppendAsync(Snapshot.Empty, root => Make(root, "dir/mine"));
        await fixture.ReadAsync(other.Concat(image), root => Assert.Equal(["dir/new", "single/new"], Files(root)));
        await fixture.ReadAsync(image.Concat(other), root => Assert.Equal(["dir/mine", "dir/new", "single/new"], Files(root)));
        // What is hidden so needs no whiteout.
        var layer = await fixture.ChangeAsync(other.Concat(image), root =>
        {
            Directory.Delete(Path.Combine(root, "dir"), recursive: true);
            Directory.CreateDirectory(Path.Combine(root, "dir"));
        });
        Assert.Equal(["dir/", "dir/.wh.new"], (await ReadEntriesAsync(fixture, layer)).Select(entry => entry.Name));
    }

    private static void Make(string root, params string[] files)
    {
        foreach (var file in files)
        {
            var path = Path.Combine(root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file);
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        }
    }

    private static IEnumerable<string> Files(string root) =>
        Directory.GetFiles(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal);

    private static async Task<List<TarEntry>> ReadEntriesAsync(StorageFixture fixture, LayerId layer)
    {
        using var reader = new TarReader(new MemoryStream(await fixture.GetTarAsync(layer)));
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry() is { } entry)
            entries.Add(entry);
        return entries;
    }
}
