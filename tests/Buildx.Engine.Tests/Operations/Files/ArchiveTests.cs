using Buildx.Engine.Operations.Files;

namespace Buildx.Engine.Tests.Operations.Files;

public sealed class ArchiveTests : FileActionTest
{
    [Theory]
    [InlineData("cat")]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public async Task Archives_are_extracted_as_tar_does(string compressor)
    {
        await ShellAsync($"""
            mkdir -p in/a/b expected && cd in && echo hello > a/f && ln a/f a/b/hard && ln -s ../f a/b/link && chmod 4751 a/f && chown 3:4 a/f
            chmod 1777 a/b; touch -d @1000000000 a/f a/b; long=$(printf 'n%.0s' $(seq 150)); echo x > a/$long
            tar -c . | {compressor} -c 2>/dev/null > ../source/archive || tar -c . > ../source/archive
            tar -x -C ../expected --numeric-owner -p -f ../source/archive
            """);
        await CopyAsync(Copying("/archive", "/") with { Unpack = true });
        Assert.Equal(await TreeListing.FullAsync(Path.Combine(Outside, "expected")), await TreeListing.FullAsync(Target));
    }

    [Fact]
    public async Task What_is_no_archive_is_copied()
    {
        Write("source/f", "BZh not really");
        await CopyAsync(Copying("/f", "/out/") with { Unpack = true });
        Assert.Equal("BZh not really", Read("out/f"));
    }

    [Fact]
    public async Task Nothing_is_extracted_outside_the_destination()
    {
        await ShellAsync("""
            mkdir in && cd in && echo evil > f && ln -s /escape link && ln -s ../../.. up
            tar -cf ../source/a.tar link up
            tar -rf ../source/a.tar --transform 's,^f$,link/through,' f
            tar -rf ../source/a.tar --transform 's,^f$,up/through,' f
            """);
        await CopyAsync(Copying("/a.tar", "/dest") with { Unpack = true });
        Assert.Equal("evil\n", Read("dest/escape/through"));
        Assert.Equal("evil\n", Read("dest/through"));
        Assert.False(File.Exists(Path.Combine(Outside, "through")));
    }

    [Fact]
    public async Task An_archive_with_a_name_that_leads_out_is_refused()
    {
        await ShellAsync("mkdir in && cd in && echo evil > f && tar -Pcf ../source/a.tar --transform 's,^f$,x/../../outside,' f");
        var error = await Assert.ThrowsAsync<FileOperationException>(() => CopyAsync(Copying("/a.tar", "/dest") with { Unpack = true }));
        Assert.Contains("\"x/../../outside\", which leads out", error.Message);
    }

    [Fact]
    public async Task An_owner_counts_for_everything_in_the_archive()
    {
        await ShellAsync("mkdir in; echo x > in/f; tar -cf source/a.tar -C in .");
        await CopyAsync(Copying("/a.tar", "/d") with { Unpack = true }, new FileOwner(11, 12));
        Assert.Contains("f|f|644|11:12|", await TreeListing.ContentAsync(Path.Combine(Target, "d")), StringComparison.Ordinal);
    }
}
