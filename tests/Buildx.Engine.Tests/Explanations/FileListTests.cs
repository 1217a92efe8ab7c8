using Buildx.Engine.ContentHashing;
using Buildx.Engine.Explanations;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Trees;
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
    public void A_list_of_more_files_than_are_kept_is_none()
    {
        var entry = new TreeEntry("", default);
        var files = Enumerable.Range(0, 100_000).Select(i => new HashedFile(entry, $"/{i:000000}/{new string('x', 100)}", "")).ToList();

        Assert.Null(FileList.Write(files));
    }
}
