using Buildx.Engine.ContentHashing;
using Buildx.Engine.Sources.Local;
using Buildx.Engine.Tests.Operations.Files;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Sources.Local;

public sealed class LocalSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FileHashCache _cache = new(null);
    private readonly TestLayers _layers;
    private readonly LocalSource _source;
    private readonly TestProgress _progress = new();

    public LocalSourceTests()
    {
        Directory.CreateDirectory(Context);
        _layers = new TestLayers(Directory.CreateDirectory(PathOf("layers")).FullName);
        _source = new LocalSource(
            new TestDirectories(Directory.CreateDirectory(PathOf("mirrors")).FullName), _layers, new ContentHasher(_cache), TimeProvider.System);
    }

    private string Context => PathOf("context");

    public void Dispose()
    {
        _cache.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_mirror_becomes_the_same_as_the_directory()
    {
        await ShellAsync("""
            cd context; mkdir -p d/e empty; for i in $(seq 200); do echo $i > d/f$i; done; ln -s ../x d/e/link; ln d/f1 hard
            chmod 4755 d/f2; chmod 700 d/e; touch -d @1000000001.5 d/f3 d/e empty; head -c 3000000 /dev/urandom > big
            """);
        await using var session = new TestSession(Context);
        await using var tree = await OpenAsync(session);
        Assert.Equal(await TreeListing.FullAsync(Context), await TreeListing.FullAsync(tree.Tree.Root));
        Assert.Equal("transferring context:", _progress.StatusName);
        Assert.True(_progress.Received > 3_000_000);
    }

    [Fact]
    public async Task Only_what_changed_is_transferred_and_the_mirror_follows()
    {
        await ShellAsync("cd context; mkdir -p a/b gone/x toDir; echo 1 > a/1; echo 2 > a/b/2; head -c 2000000 /dev/zero > big; echo f > toFile; ln big link; echo s > gone/x/y; mkdir wasDir; echo q > wasDir/q");
        await using var session = new TestSession(Context);
        await (await OpenAsync(session)).DisposeAsync();
        await ShellAsync("cd context; echo changed > a/1; rm -r gone toFile; mkdir toFile; echo in > toFile/in; rm link; echo other > link; rm -r wasDir; echo now > wasDir; rmdir toDir; ln -s a toDir");
        await using var tree = await OpenAsync(session);
        Assert.True(_progress.Received < 100_000, $"{_progress.Received} bytes were transferred");
        Assert.Equal(await TreeListing.FullAsync(Context), await TreeListing.FullAsync(tree.Tree.Root));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_generation_stays_while_nothing_is_touched(bool offers)
    {
        await ShellAsync("cd context; mkdir -p d; echo 1 > d/1; echo i > ignored");
        await using var session = new TestSession(Context, offers);
        var request = Request(("local.excludepatterns", "[\"ignored\"]"));
        await using var first = await _source.OpenAsync(request, session, _progress, default);
        await first.DisposeAsync();
        await using (var second = await _source.OpenAsync(request, session, _progress, default))
            Assert.Equal(first.Generation, second.Generation);
        await ShellAsync("echo 2 > context/ignored");
        await using (var third = await _source.OpenAsync(request, session, _progress, default))
        {
            Assert.Equal(first.Generation, third.Generation);
            await ShellAsync("echo 2 > context/d/1");
            Assert.Equal(!offers, await third.IsUnchangedAsync(default));
        }
        await using var fourth = await _source.OpenAsync(request, session, _progress, default);
        Assert.NotEqual(first.Generation, fourth.Generation);
    }

    [Theory]
    [InlineData("local.excludepatterns", "[\"**/*.log\",\"d/e\"]")]
    [InlineData("local.includepattern", "[\"d/e\",\"*.log\"]")]
    [InlineData("local.followpaths", "[\"link\",\"d/*.log\"]")]
    public async Task The_directory_itself_and_its_mirror_have_the_same_content(string attribute, string patterns)
    {
        await ShellAsync("cd context; mkdir -p d/e/f; echo 1 > d/e/f/1; echo 2 > d/a.log; echo 3 > b.log; echo 4 > d/4; ln -s d/4 link; chown -R 77:77 .");
        var request = Request((attribute, patterns));
        await using var remote = new TestSession(Context);
        await using var local = new TestSession(Context, offers: true);
        await using var mirror = await _source.OpenAsync(request, remote, _progress, default);
        await using var live = await _source.OpenAsync(request, local, _progress, default);
        Assert.False(mirror.Tree.IsLive);
        Assert.True(live.Tree.IsLive);
        Assert.Equal(
            (await mirror.HashAsync([ContentSelection.Everything], default)).Content,
            (await live.HashAsync([ContentSelection.Everything], default)).Content);
        Assert.Equal(
            await TreeListing.FullAsync(mirror.Tree.Root),
            await TreeListing.FullAsync(_layers.PathOf(await live.MaterializeAsync(default))));
    }

    [Fact]
    public async Task A_mirror_that_is_read_is_not_changed_by_another_build()
    {
        await ShellAsync("echo 1 > context/f");
        await using var session = new TestSession(Context);
        await using var first = await OpenAsync(session);
        await ShellAsync("echo 2 > context/f");
        await using var second = await OpenAsync(session);
        Assert.Equal("1\n", await File.ReadAllTextAsync(Path.Combine(first.Tree.Root, "f")));
        Assert.Equal("2\n", await File.ReadAllTextAsync(Path.Combine(second.Tree.Root, "f")));
    }

    [Fact]
    public async Task A_name_that_the_client_does_not_offer_is_an_error()
    {
        await using var session = new TestSession(Context);
        var error = await Assert.ThrowsAsync<LocalSourceException>(() => _source.OpenAsync(
            LocalSourceRequest.Parse("local://other", new Dictionary<string, string>()), session, _progress, default));
        Assert.Contains("no access allowed to dir \"other\"", error.Message, StringComparison.Ordinal);
    }

    private Task<LocalTree> OpenAsync(TestSession session) => _source.OpenAsync(Request(), session, _progress, default);

    private static LocalSourceRequest Request(params (string Key, string Value)[] attributes) =>
        LocalSourceRequest.Parse("local://context", attributes.ToDictionary(pair => pair.Key, pair => pair.Value));

    private string PathOf(string name) => Path.Combine(_directory.Path, name);

    private Task ShellAsync(string script) => new Tool("sh") { WorkingDirectory = _directory.Path }.SucceedAsync("-ec", script);
}
