using Buildx.Linux;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.Fsutil;
using Grpc.Core;

namespace Buildx.Protocol.Tests.FileSync;

public sealed class TransferTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tree_arrives_as_it_was()
    {
        using var from = new TestTree().Add("a/b/c", "content").Add("a.b/d", "x").Add("empty").Link("a/link", "../empty").Link("dangling", "/nowhere");
        File.WriteAllBytes(from["big"], Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 7)).ToArray());
        FileSystem.MakeHardLinkAt(null, from["a/b/c"], null, from["z-hard"]);
        FileSystem.MakeNodeAt(null, from["pipe"], FileType.Fifo, 0x1a4);
        File.SetUnixFileMode(from["empty"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.SetUser | UnixFileMode.OtherRead);
        ExtendedAttributes.SetAt(null, from["empty"], "user.colour", "blue"u8);
        FileSystem.SetTimesAt(null, from["a/b"], null, new FileTime(1_000_000_000, 123_456_789));
        Directory.CreateDirectory(from["empty-directory"]);
        using var to = new TestTree();
        await FileSyncPair.TransferAsync(from.Path, to.Path, cancellationToken: Token);
        Assert.Equal(from.Describe(), to.Describe());
        Assert.Equal(3_000_000, new FileInfo(to["big"]).Length);
    }

    [Fact]
    public async Task Thousands_of_files_arrive()
    {
        using var from = new TestTree();
        for (var d = 0; d < 50; d++)
        {
            Directory.CreateDirectory(from[$"d{d}"]);
            for (var f = 0; f < 100; f++)
                File.WriteAllText(from[$"d{d}/f{f}"], $"{d}/{f}");
        }
        using var to = new TestTree();
        await FileSyncPair.TransferAsync(from.Path, to.Path, cancellationToken: Token);
        Assert.Equal(from.Describe(), to.Describe());
    }

    [Fact]
    public async Task What_is_there_is_replaced_and_what_the_sender_lacks_is_deleted_only_when_asked()
    {
        using var from = new TestTree().Add("file", "new").Add("was-file/x", "1").Add("was-directory", "2");
        using var to = new TestTree().Add("file", "old and longer").Add("was-file", "old").Add("was-directory/y", "old").Add("other/deep/z", "kept").Add("zz");
        await FileSyncPair.TransferAsync(from.Path, to.Path, cancellationToken: Token);
        Assert.Equal(["file", "other", "other/deep", "other/deep/z", "was-directory", "was-file", "was-file/x", "zz"], to.Paths());
        await FileSyncPair.TransferAsync(from.Path, to.Path, deleteOthers: true, cancellationToken: Token);
        Assert.Equal(from.Describe(), to.Describe());
    }

    [Fact]
    public async Task Only_what_the_target_wants_is_transferred()
    {
        using var from = new TestTree().Add("a", "1").Add("b", "22").Add("c", "333");
        var target = new PickyTarget("b");
        await FileSyncPair.TransferAsync(from.Path, FileFilter.All, target, Token);
        Assert.Equal(["a", "b", "c"], target.Seen);
        Assert.Equal("22"u8.ToArray(), target.Content.ToArray());
    }

    [Fact]
    public async Task A_target_that_fails_ends_the_transfer_with_its_error()
    {
        using var from = new TestTree().Add("a", "1");
        var failure = await Assert.ThrowsAsync<IOException>(() => FileSyncPair.TransferAsync(from.Path, FileFilter.All, new FailingTarget(), Token));
        Assert.Equal("the disk is full", failure.Message);
    }

    [Fact]
    public async Task An_unreadable_source_is_the_receivers_error_too()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => FileSyncPair.TransferAsync("/does/not/exist", FileFilter.All, new PickyTarget(""), Token));
        Assert.True(failure is RpcException or FileSyncException);
        Assert.Contains("/does/not/exist", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("a/../../x")]
    [InlineData("a//b")]
    [InlineData("")]
    [InlineData("missing/parent")]
    public async Task Paths_that_lead_outside_are_refused(string path)
    {
        var failure = await Assert.ThrowsAsync<FileSyncException>(() => SendStatsAsync(new Stat { Path = path, Mode = 0x1a4 }));
        Assert.Contains($"\"{path}\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_out_of_order_are_refused()
    {
        await Assert.ThrowsAsync<FileSyncException>(() => SendStatsAsync(new Stat { Path = "b" }, new Stat { Path = "a" }));
        await Assert.ThrowsAsync<FileSyncException>(() => SendStatsAsync(new Stat { Path = "a" }, new Stat { Path = "a" }));
    }

    [Fact]
    public async Task Hard_links_to_what_was_not_sent_are_refused() =>
        await Assert.ThrowsAsync<FileSyncException>(() => SendStatsAsync(new Stat { Path = "b", Linkname = "../etc/passwd" }));

    [Fact]
    public async Task A_link_to_the_outside_is_not_written_through()
    {
        using var outside = new TestTree();
        using var to = new TestTree().Link("d", outside.Path);
        using var target = DirectoryTarget.Open(to.Path);
        var stream = new ScriptedStream([
            new Stat { Path = "d", Mode = GoFileMode.SymbolicLink, Linkname = outside.Path },
        ]);
        await FileSyncReceiver.ReceiveAsync(stream, target, null, Token);
        var second = new ScriptedStream([new Stat { Path = "d", Mode = GoFileMode.Directory | 0x1ed }, new Stat { Path = "d/f", Mode = GoFileMode.NamedPipe }]);
        await FileSyncReceiver.ReceiveAsync(second, target, null, Token);
        Assert.Empty(outside.Paths());
        Assert.Equal(["d", "d/f"], to.Paths());
    }

    private static async Task SendStatsAsync(params Stat[] stats)
    {
        using var to = new TestTree();
        using var target = DirectoryTarget.Open(to.Path);
        await FileSyncReceiver.ReceiveAsync(new ScriptedStream(stats), target, null, Token);
    }

    /// <summary>A sender that lists what it is told and then says that it has finished.</summary>
    private sealed class ScriptedStream(IReadOnlyList<Stat> stats) : IPacketStream
    {
        private int _next;

        public ValueTask<Packet?> ReadAsync(CancellationToken cancellationToken)
        {
            var index = _next++;
            return ValueTask.FromResult<Packet?>(index < stats.Count
                ? new Packet { Stat = stats[index] }
                : index == stats.Count ? new Packet() : new Packet { Type = Packet.Types.PacketType.PacketFin });
        }

        public ValueTask WriteAsync(Packet packet, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    private sealed class PickyTarget(string wanted) : IFileSyncTarget
    {
        public List<string> Seen { get; } = [];

        public MemoryStream Content { get; } = new();

        public ValueTask<bool> AddAsync(Stat stat, CancellationToken cancellationToken)
        {
            Seen.Add(stat.Path);
            return ValueTask.FromResult(stat.Path == wanted);
        }

        public ValueTask<Stream> OpenFileAsync(Stat stat, CancellationToken cancellationToken) => ValueTask.FromResult<Stream>(Content);

        public ValueTask CompleteFileAsync(Stat stat, Stream content, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    private sealed class FailingTarget : IFileSyncTarget
    {
        public ValueTask<bool> AddAsync(Stat stat, CancellationToken cancellationToken) => throw new IOException("the disk is full");

        public ValueTask<Stream> OpenFileAsync(Stat stat, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public ValueTask CompleteFileAsync(Stat stat, Stream content, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public ValueTask CompleteAsync(CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}
