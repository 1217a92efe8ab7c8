using Buildx.Engine.ContentHashing;
using Buildx.Engine.Explanations;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Explanations;

public sealed class FileListTests
{
    [Fact]
    public async Task What_was_written_is_read_again_path_by_path()
    {
        using var directory = new TemporaryDirectory();
        foreach (var name in new[] { "a", "ab", "abc/d", "abc/é", "z/😀", "z/😁" })
            directory.Write(name, "content of " + name);
        File.CreateSymbolicLink(Path.Combine(directory.Path, "link"), "abc");
        using var cache = new FileHashCache(null);
        var hash = await new ContentHasher(cache).HashAsync(new FileTree(directory.Path), [ContentSelection.Everything], TestContext.Current.CancellationToken);

        var read = FileList.Read(FileList.Write(hash.Files)!);

        Assert.Equal(["/", "/a", "/ab", "/abc", "/abc/d", "/abc/é", "/link", "/z", "/z/😀", "/z/😁"], read.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(hash.Files.ToDictionary(file => file.Path, FilePrint.Of), read.ToDictionary());
        Assert.Equal("abc", read["/link"].Link);
    }

    [Fact]
    public void Of_two_lists_only_what_differs_is_taken()
    {
        var (before, after) = (List(("/", 1), ("/a", 1), ("/b", 1), ("/bc", 1), ("/e", 1)), List(("/", 1), ("/a", 2), ("/b", 1), ("/d", 1), ("/e", 1), ("/f", 1)));

        var (old, now) = FileList.FindDifferences(before, after);

        Assert.Equal(["/a", "/bc"], old.Keys);
        Assert.Equal(["/a", "/d", "/f"], now.Keys);
        var (nothing, all) = FileList.FindDifferences([], after);
        Assert.Empty(nothing);
        Assert.Equal(FileList.Read(after), all);

        static byte[] List(params (string Path, uint Mode)[] files) =>
            FileList.Write([.. files.Select(file => new HashedFile(new TreeEntry("", default(FileStatus) with { Mode = file.Mode }), file.Path, ""))])!;
    }

    [Fact]
    public void A_list_of_more_files_than_are_kept_is_none()
    {
        var entry = new TreeEntry("", default);
        var files = Enumerable.Range(0, 100_000).Select(i => new HashedFile(entry, $"/{i:000000}/{new string('x', 100)}", "")).ToList();

        Assert.Null(FileList.Write(files));
    }
}
