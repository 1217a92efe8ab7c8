using Buildx.Engine.Operations.Files;
using Buildx.Linux;

namespace Buildx.Engine.Tests.Operations.Files;

public sealed class ChangeTests : FileActionTest
{
    [Fact]
    public async Task Directories_are_made_with_their_parents()
    {
        await RunAsync(
            new MakeDirectoryPlan(0, 0, "/a/b/c", 0x1f8, MakeParents: true) { Timestamp = new FileTime(5, 0) }, new FileOwner(1, 2));
        foreach (var path in new[] { "a", "a/b", "a/b/c" })
        {
            var status = FileSystem.GetStatusAt(null, Path.Combine(Target, path));
            Assert.Equal((0x1f8u, 1u, 2u, new FileTime(5, 0)), (status.Permissions, status.Uid, status.Gid, status.ModifiedAt));
        }
        await Assert.ThrowsAsync<FileOperationException>(() => RunAsync(new MakeDirectoryPlan(0, 0, "/x/y", 0x1ed, MakeParents: false)));
        await RunAsync(new MakeDirectoryPlan(0, 0, "/a", 0x1ed, MakeParents: false));
    }

    [Fact]
    public async Task Files_and_links_are_made_through_links_inside_the_root()
    {
        await ShellAsync("ln -s /real target/link; mkdir target/real");
        await RunAsync(new MakeFilePlan(0, 0, "/link/f", 0x180, "data"u8.ToArray()) { Timestamp = new FileTime(9, 9) }, new FileOwner(3, 3));
        await RunAsync(new MakeSymlinkPlan(0, 0, "/link/l", "/anything"));
        Assert.Equal("data", Read("real/f"));
        var status = FileSystem.GetStatusAt(null, Path.Combine(Target, "real/f"));
        Assert.Equal((0x180u, 3u, new FileTime(9, 9)), (status.Permissions, status.Uid, status.ModifiedAt));
        Assert.Equal("/anything", FileSystem.ReadLinkAt(null, Path.Combine(Target, "real/l")));
    }

    [Fact]
    public async Task Removal_takes_trees_and_wildcards_and_follows_no_last_link()
    {
        Write("target/d/a/b");
        Write("target/keep/x");
        Write("target/1.log");
        Write("target/2.log");
        await ShellAsync("ln -s keep target/link");
        await RunAsync(new RemovePlan(0, 0, "/d", false, false));
        await RunAsync(new RemovePlan(0, 0, "/link", false, false));
        await RunAsync(new RemovePlan(0, 0, "/*.log", false, true));
        Assert.Equal(["keep"], Directory.EnumerateFileSystemEntries(Target).Select(Path.GetFileName));
        Assert.True(File.Exists(Path.Combine(Target, "keep/x")));
        await Assert.ThrowsAsync<FileOperationException>(() => RunAsync(new RemovePlan(0, 0, "/no/such", false, false)));
        await RunAsync(new RemovePlan(0, 0, "/no/such", true, false));
    }

    [Fact]
    public void Owners_are_looked_up_in_the_trees_own_files()
    {
        Write("target/etc/passwd", "root:x:0:0::/:/bin/sh\napp:x:1234:99::/:/bin/sh\n");
        Write("target/etc/group", "staff:x:55:app\n");
        Assert.Equal(new FileOwner(1234, 99), OwnerResolver.Resolve(new OwnerPlan(new OwnerName(0, "app", 0), null), Target, null));
        Assert.Equal(new FileOwner(1234, 55), OwnerResolver.Resolve(new OwnerPlan(new OwnerName(0, "app", 0), new OwnerName(0, "staff", 0)), Target, Target));
        Assert.Equal(new FileOwner(7, 7), OwnerResolver.Resolve(new OwnerPlan(new OwnerName(7, null, -1), null), null, null));
        Assert.Equal(new FileOwner(0, 0), OwnerResolver.Resolve(new OwnerPlan(new OwnerName(0, "nobody-here", 0), null), Target, null));
    }
}
