using System.Net;
using System.Security.Cryptography;
using System.Text;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Http;
using Buildx.Engine.Storage;
using Buildx.Engine.Tests.Solving;
using Buildx.Llb;
using Buildx.Oci;
using Microsoft.AspNetCore.Http;

namespace Buildx.Engine.Tests.Sources.Http;

/// <summary>Files of a real web server, through the solver, on a real store.</summary>
public sealed class HttpSourceTests : IAsyncLifetime
{
    private SolverFixture _fixture = null!;
    private WebServer _server = null!;
    private string _content = "content";
    private string? _tag = "\"1\"";
    private DateTimeOffset? _modified;
    private string? _authorization;
    private bool _answersNotModified = true;
    private long _sent;

    public async ValueTask InitializeAsync()
    {
        _fixture = await SolverFixture.CreateAsync();
        _server = await WebServer.StartAsync(AnswerAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task A_file_is_alone_in_its_tree_with_the_servers_time()
    {
        _modified = new DateTimeOffset(2020, 2, 3, 4, 5, 6, TimeSpan.Zero);
        await InspectAsync(Source("/dir/file.txt"), path =>
        {
            var file = Path.Combine(path, "file.txt");
            Assert.Equal([file], Directory.GetFileSystemEntries(path));
            Assert.Equal("content", File.ReadAllText(file));
            Assert.Equal(_modified.Value.UtcDateTime, File.GetLastWriteTimeUtc(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        });
    }

    [Fact]
    public async Task Name_mode_and_owner_are_as_asked_and_no_time_is_1970()
    {
        var source = Source("/file", new HttpSourceOptions { FileName = "../other name", Permissions = 0b111_101_101, UserId = 12, GroupId = 34 });
        await InspectAsync(source, path =>
        {
            var file = Path.Combine(path, "other name");
            Assert.True(Linux.FileSystem.TryGetStatusAt(null, file, out var status));
            Assert.Equal((12u, 34u, 0b111_101_101u, 0L), (status.Uid, status.Gid, status.Permissions, status.ModifiedAt.Seconds));
        });
    }

    [Theory]
    [InlineData("/a/b.tar.gz", "b.tar.gz")]
    [InlineData("/", "download")]
    [InlineData("/a/?x=/y", "a")]
    [InlineData("/a%2f..", "download")]
    [InlineData("/named", "from-server")]
    public async Task The_name_comes_from_the_server_or_the_url_and_never_leads_elsewhere(string path, string name) =>
        Assert.Equal($"{name}=content", (await _fixture.BuildAsync(Source(path))).Tree);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_has_not_changed_is_not_downloaded_again(bool answersNotModified)
    {
        _answersNotModified = answersNotModified;
        _content = new string('x', 20 << 20);
        await _fixture.BuildAsync(Copied());
        Assert.Equal(_content.Length, _sent);
        await _fixture.RestartAsync();
        Assert.Empty((await _fixture.BuildAsync(Copied())).Ran);
        // A server that sends it all the same is left in the middle of it.
        Assert.InRange(_sent, _content.Length, (2 * _content.Length) - 1);

        (_content, _tag) = ("new", "\"2\"");
        Assert.Equal("copy/file=new", (await _fixture.BuildAsync(Copied())).Tree);
    }

    [Fact]
    public async Task Without_a_tag_the_same_content_is_found_by_itself()
    {
        _tag = null;
        await _fixture.BuildAsync(Copied());
        Assert.Empty((await _fixture.BuildAsync(Copied())).Ran);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task What_was_pruned_is_downloaded_again()
    {
        await _fixture.BuildAsync(Source("/file"));
        await _fixture.PruneAsync();
        Assert.Equal("file=content", (await _fixture.BuildAsync(Source("/file"))).Tree);
    }

    [Fact]
    public async Task With_a_checksum_a_known_file_needs_no_server()
    {
        LlbOutput Build() => SolverFixture.Copy(null, Source("/file", new HttpSourceOptions { Checksum = Digest.Sha256("content"u8) }), "/", "/copy");
        await _fixture.BuildAsync(Build());
        _server.Requests.Clear();
        Assert.Empty((await _fixture.BuildAsync(Build())).Ran);
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task Another_content_than_the_checksums_is_refused(string algorithm)
    {
        var hash = algorithm == "sha256" ? SHA256.HashData("content"u8) : SHA512.HashData("content"u8);
        var right = Digest.Parse($"{algorithm}:{Convert.ToHexStringLower(hash)}");
        Assert.Equal("file=content", (await _fixture.BuildAsync(Source("/file", new HttpSourceOptions { Checksum = right }))).Tree);
        hash[0]++;
        var wrong = Digest.Parse($"{algorithm}:{Convert.ToHexStringLower(hash)}");
        var error = await FailAsync(Source("/file", new HttpSourceOptions { Checksum = wrong }));
        Assert.Contains($"has the digest {right}, which is not the expected {wrong}", error);
    }

    [Fact]
    public async Task A_missing_file_names_the_url_and_the_status()
    {
        Assert.Contains($"cannot download {_server.Url}/missing: the server answered 404 Not Found", await FailAsync(Source("/missing")));
        await _server.DisposeAsync();
        Assert.Contains("Connection refused", await FailAsync(Source("/file")));
    }

    [Fact]
    public async Task Logins_come_from_secrets_and_are_in_no_error()
    {
        _authorization = "Bearer t0ken";
        var error = await FailAsync(Source("/file"));
        Assert.Contains("401 Unauthorized; a login is taken from the secret HTTP_AUTH_TOKEN_127.0.0.1", error);

        _fixture.Session.Secrets["HTTP_AUTH_TOKEN_127.0.0.1"] = "t0ken\n";
        Assert.Equal("file=content", (await _fixture.BuildAsync(Source("/file"))).Tree);

        _authorization = "Basic abc";
        _fixture.Session.Secrets["mine"] = "Basic abc";
        Assert.Equal("file=content", (await _fixture.BuildAsync(Source("/file", new HttpSourceOptions { AuthHeaderSecret = "mine" }))).Tree);

        _authorization = "Basic " + Convert.ToBase64String("me:s3cret"u8);
        _fixture.Session.Secrets.Clear();
        var withPassword = _server.Url.Replace("//", "//me:s3cret@", StringComparison.Ordinal);
        Assert.Equal("file=content", (await _fixture.BuildAsync(LlbSource.Http(withPassword + "/file", VertexOptions.None))).Tree);
        Assert.DoesNotContain("s3cret", await FailAsync(LlbSource.Http(withPassword + "/missing", VertexOptions.None)));
    }

    [Fact]
    public void What_is_not_supported_is_refused_by_name()
    {
        var error = Assert.Throws<Engine.Sources.SourceException>(
            () => HttpSourceRequest.Parse("https://example.com/a", new Dictionary<string, string> { ["http.sig.pubkey"] = "x" }));
        Assert.Contains("http.sig.pubkey is not supported yet", error.Message);
        Assert.Equal(0b110_100_100u, HttpSourceRequest.Parse("https://e.com/a", new Dictionary<string, string> { ["http.perm"] = "0644" }).Permissions);
    }

    private LlbOutput Source(string path, HttpSourceOptions? options = null) => LlbSource.Http(_server.Url + path, VertexOptions.None, options);

    private LlbOutput Copied() => SolverFixture.Copy(null, Source("/file"), "/", "/copy");

    private async Task<string> FailAsync(LlbOutput output) =>
        (await Assert.ThrowsAsync<VertexException>(() => _fixture.BuildAsync(output))).Message;

    private async Task InspectAsync(LlbOutput output, Action<string> inspect)
    {
        await using var job = _fixture.StartJob();
        var result = await _fixture.SolveAsync(output, job, TestContext.Current.CancellationToken);
        var snapshot = await result.Outputs[0]!.GetSnapshotAsync(TestContext.Current.CancellationToken);
        await using var mounted = await _fixture.Store.Layers.MountAsync(snapshot, null, TestContext.Current.CancellationToken);
        inspect(mounted.Path);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (_authorization is not null && request.Headers.Authorization != _authorization)
        {
            response.StatusCode = (int)HttpStatusCode.Unauthorized;
            return;
        }
        if (request.Path == "/missing")
        {
            response.StatusCode = (int)HttpStatusCode.NotFound;
            return;
        }
        if (request.Path == "/named")
            response.Headers.ContentDisposition = "attachment; filename=\"some/where/from-server\"";
        if (_tag is not null)
            response.Headers.ETag = _tag;
        if (_modified is { } modified)
            response.GetTypedHeaders().LastModified = modified;
        if (_tag is not null && _answersNotModified && request.Headers.IfNoneMatch == _tag)
        {
            response.StatusCode = (int)HttpStatusCode.NotModified;
            return;
        }
        var isKnown = _tag is not null && request.Headers.IfNoneMatch == _tag;
        foreach (var (index, chunk) in Encoding.UTF8.GetBytes(_content).Chunk(64 << 10).Index())
        {
            // Kestrel swallows what is written after the client has left, until it notices: give it the time.
            if (isKnown && index == 100)
                await Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted);
            await response.Body.WriteAsync(chunk, context.RequestAborted);
            Interlocked.Add(ref _sent, chunk.Length);
        }
    }
}
