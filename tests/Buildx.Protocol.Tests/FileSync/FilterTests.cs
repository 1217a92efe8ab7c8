using Buildx.Protocol.FileSync;

namespace Buildx.Protocol.Tests.FileSync;

public sealed class FilterTests
{
    [Fact]
    public void Excluded_directories_come_only_for_what_an_exception_keeps_in_them()
    {
        using var tree = new TestTree().Add("keep").Add("node_modules/a/x").Add("node_modules/b/y").Add("src/t.log").Add("src/m.c");
        Assert.Equal(
            ["keep", "node_modules", "node_modules/b", "node_modules/b/y", "src", "src/m.c"],
            tree.Paths(new FileFilter { ExcludePatterns = ["node_modules", "**/*.log", "!node_modules/b"] }));
    }

    [Fact]
    public void Included_files_come_with_their_directories_and_nothing_else()
    {
        using var tree = new TestTree().Add("a/b/c/d").Add("a/x").Add("e/f").Add("g");
        Assert.Equal(["a", "a/b", "a/b/c", "a/b/c/d", "g"], tree.Paths(new FileFilter { IncludePatterns = ["a/b", "g"] }));
        Assert.Equal(["a", "a/x"], tree.Paths(new FileFilter { IncludePatterns = ["*/x"] }));
    }

    [Fact]
    public void Followed_links_bring_their_targets()
    {
        using var tree = new TestTree().Add("real/data").Add("other").Add("deep/file").Link("l1", "l2").Link("l2", "real").Link("sub/up", "../deep/file");
        Assert.Equal(["l1", "l2", "real", "real/data"], tree.Paths(new FileFilter { FollowPaths = ["l1/data"] }));
        Assert.Equal(["deep", "deep/file", "sub", "sub/up"], tree.Paths(new FileFilter { FollowPaths = ["sub/u*"] }));
        Assert.Equal(8 + 1, tree.Paths(new FileFilter { FollowPaths = ["."] }).Count);
    }

    [Fact]
    public void A_hard_link_whose_first_name_is_excluded_is_a_file_of_its_own()
    {
        using var tree = new TestTree().Add("a", "x");
        Linux.FileSystem.MakeHardLinkAt(null, tree["a"], null, tree["b"]);
        Linux.FileSystem.MakeHardLinkAt(null, tree["a"], null, tree["c"]);
        using var source = DirectorySource.Open(tree.Path, new FileFilter { ExcludePatterns = ["a"] }, resetOwner: true);
        Assert.Equal([("b", ""), ("c", "b")], source.Walk(CancellationToken.None).Select(stat => (stat.Path, stat.Linkname)));
    }
}
