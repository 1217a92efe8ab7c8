using Buildx.Engine.Solving;
using Buildx.Engine.Sources;
using Buildx.Engine.Sources.Git;
using Buildx.Engine.Tests.Solving;
using Buildx.Linux;
using Buildx.Llb;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Sources.Git;

/// <summary>Repositories of a real git server, through the solver, on a real store.</summary>
public sealed class GitSourceTests : IAsyncLifetime
{
    private SolverFixture _fixture = null!;
    private GitServer _server = null!;
    private GitRepository _repository = null!;
    private string _first = "";
    private string _second = "";

    public async ValueTask InitializeAsync()
    {
        _fixture = await SolverFixture.CreateAsync();
        _server = await GitServer.StartAsync();
        _repository = await _server.CreateAsync("repo");
        _first = await _repository.CommitAsync("file", "1");
        await _repository.RunAsync("tag", "light");
        await _repository.RunAsync("tag", "-a", "-m", "x", "annotated");
        await _repository.CommitAsync("sub/dir/inner", "i");
        _second = await _repository.CommitAsync("file", "2");
        _server.Requests.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Theory]
    [InlineData("", "file=2 sub/dir/inner=i")]
    [InlineData("main", "file=2 sub/dir/inner=i")]
    [InlineData("refs/heads/main", "file=2 sub/dir/inner=i")]
    [InlineData("light", "file=1")]
    [InlineData("refs/tags/light", "file=1")]
    [InlineData("annotated", "file=1")]
    public async Task Branches_and_tags_are_found_by_short_and_full_names(string reference, string tree) =>
        Assert.Equal(tree, await TreeAsync(new GitSourceOptions { Reference = reference }));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_old_commit_is_found_even_on_a_server_of_files(bool isDumb)
    {
        await _repository.RunAsync("update-server-info");
        _server.IsDumb = isDumb;
        Assert.Equal("file=2 sub/dir/inner=i", await TreeAsync(new GitSourceOptions { Reference = "main" }));
        Assert.Equal("file=1", await TreeAsync(new GitSourceOptions { Reference = _first }));
    }

    [Fact]
    public async Task A_commit_that_was_checked_out_needs_no_server()
    {
        var options = new GitSourceOptions { Reference = _second };
        await _fixture.BuildAsync(SolverFixture.Copy(null, Source(options), "/", "/copy"));
        _server.Requests.Clear();
        await _fixture.RestartAsync();
        var (tree, ran) = await _fixture.BuildAsync(SolverFixture.Copy(null, Source(options), "/", "/copy"));
        Assert.Equal("copy/file=2 copy/sub/dir/inner=i", tree);
        Assert.Empty(ran);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_branch_is_asked_each_time_and_its_new_commit_built()
    {
        LlbOutput Build() => SolverFixture.Copy(null, Source(new GitSourceOptions { Reference = "main" }), "/file", "/copy");
        await _fixture.BuildAsync(Build());
        _server.Requests.Clear();
        Assert.Empty((await _fixture.BuildAsync(Build())).Ran);
        Assert.All(_server.Requests, request => Assert.True(request is "GET /repo/.git/info/refs" or "POST /repo/.git/git-upload-pack"));
        Assert.InRange(_server.Requests.Count, 1, 2);

        await _repository.RunAsync("checkout", "--quiet", "--orphan", "other");
        await _repository.RunAsync("branch", "-D", "main");
        await _repository.CommitAsync("file", "rewritten");
        await _repository.RunAsync("branch", "main");
        Assert.Equal("copy=rewritten", (await _fixture.BuildAsync(SolverFixture.Copy(null, Source(new GitSourceOptions { Reference = "main" }), "/file", "/"))).Tree.Replace("file=", "copy="));
    }

    [Fact]
    public async Task A_subdirectory_is_the_whole_tree()
    {
        Assert.Equal("inner=i", await TreeAsync(new GitSourceOptions { Subdirectory = "sub/dir" }));
        Assert.Contains("has no directory \"none\"", await FailAsync(new GitSourceOptions { Subdirectory = "none" }));
        Directory.CreateSymbolicLink(Path.Combine(_repository.Path, "link"), "/etc");
        await _repository.CommitAsync("file", "3");
        Assert.Contains("has no directory \"link\"", await FailAsync(new GitSourceOptions { Subdirectory = "link" }));
    }

    [Fact]
    public async Task A_kept_repository_knows_where_it_is()
    {
        foreach (var reference in new[] { "", "main", "annotated", _first })
        {
            await InspectAsync(new GitSourceOptions { Reference = reference, KeepGitDirectory = true }, async path =>
            {
                var clone = new GitRepository(path, "");
                Assert.Equal(reference is "" or "main" ? _second : _first, await clone.RunAsync("-c", "safe.directory=*", "rev-parse", "HEAD"));
                Assert.Equal("", await clone.RunAsync("-c", "safe.directory=*", "status", "--porcelain"));
                Assert.Equal(_repository.Url, await clone.RunAsync("-c", "safe.directory=*", "remote", "get-url", "origin"));
                if (reference == "annotated")
                    Assert.Equal("annotated", await clone.RunAsync("-c", "safe.directory=*", "describe"));
                Assert.DoesNotContain(_fixture.Store.TemporaryPath, string.Concat(
                    Directory.EnumerateFiles(path + "/.git").Where(file => !file.EndsWith("index", StringComparison.Ordinal)).Select(File.ReadAllText)));
            });
        }
    }

    [Fact]
    public async Task Submodules_come_along_unless_they_are_not_wanted()
    {
        var library = await _server.CreateAsync("library");
        await library.CommitAsync("code", "c");
        await _repository.RunAsync("submodule", "--quiet", "add", library.Url, "lib");
        await _repository.RunAsync("config", "-f", ".gitmodules", "submodule.lib.url", "../../library/.git");
        await _repository.CommitAsync("file", "3");
        var tree = await TreeAsync(new GitSourceOptions());
        Assert.Contains("lib/code=c", tree);
        Assert.DoesNotContain("lib/.git", tree);
        Assert.DoesNotContain("lib/code", await TreeAsync(new GitSourceOptions { SkipSubmodules = true }));
        await InspectAsync(new GitSourceOptions { KeepGitDirectory = true }, async path =>
            Assert.Equal("", await new GitRepository(path + "/lib", "").RunAsync("-c", "safe.directory=*", "status", "--porcelain")));
    }

    [Fact]
    public async Task A_submodule_on_the_engines_own_disk_is_refused()
    {
        using var directory = new TemporaryDirectory();
        await Tool.RunAsync("git", "clone", "--quiet", _repository.Path, directory.Path + "/x");
        await _repository.RunAsync("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", directory.Path + "/x", "evil");
        await _repository.CommitAsync("file", "3");
        Assert.Contains("transport 'file' not allowed", await FailAsync(new GitSourceOptions()));
    }

    [Fact]
    public async Task Times_are_the_commits_if_asked()
    {
        var time = new DateTime(2021, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        await InspectAsync(new GitSourceOptions { ModificationTime = "commit", Reference = "annotated" }, path =>
        {
            Assert.Equal(time, File.GetLastWriteTimeUtc(path + "/file"));
            return Task.CompletedTask;
        });
        await InspectAsync(new GitSourceOptions(), path =>
        {
            Assert.True(FileSystem.TryGetStatusAt(null, path + "/file", out var status));
            Assert.Equal(0b110_100_100u, status.Permissions);
            Assert.NotEqual(time, File.GetLastWriteTimeUtc(path + "/file"));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task The_expected_commit_is_checked()
    {
        Assert.Equal("file=1", await TreeAsync(new GitSourceOptions { Reference = "annotated", Checksum = _first }));
        Assert.Equal("file=1", await TreeAsync(new GitSourceOptions { Reference = "light", Checksum = _first[..8] }));
        Assert.Contains($"is {_second} now, which is not the expected {_first}", await FailAsync(new GitSourceOptions { Reference = "main", Checksum = _first }));
        Assert.Contains("but the URL asks for another commit", await FailAsync(new GitSourceOptions { Reference = _second, Checksum = _first }));
        Assert.Contains("is not a commit", await FailAsync(new GitSourceOptions { Checksum = "--upload-pack=x" }));
    }

    [Fact]
    public async Task Fetching_by_commit_asks_for_no_reference()
    {
        Assert.Equal("file=1", await TreeAsync(new GitSourceOptions { Reference = "main", Checksum = _first, FetchByCommit = true }));
        Assert.Contains("the whole commit must be given", await FailAsync(new GitSourceOptions { Reference = "main", FetchByCommit = true }));
    }

    [Theory]
    [InlineData("--upload-pack=touch /tmp/x")]
    [InlineData("a b")]
    [InlineData("a:b")]
    public async Task What_is_no_reference_is_not_given_to_git(string reference) =>
        await Assert.ThrowsAsync<VertexException>(() => TreeAsync(new GitSourceOptions { Reference = reference }));

    [Fact]
    public async Task A_missing_reference_and_a_missing_repository_are_named()
    {
        Assert.Contains("has no branch or tag \"none\"", await FailAsync(new GitSourceOptions { Reference = "none" }));
        var empty = await _server.CreateAsync("empty");
        Assert.Contains("has no default branch", await FailAsync(new GitSourceOptions(), empty.Url));
        Assert.Contains("not found", await FailAsync(new GitSourceOptions(), _server.Url + "/missing.git"));
    }

    [Fact]
    public async Task Logins_come_from_secrets_and_are_in_no_error_and_no_file()
    {
        _server.Authorization = "basic " + Convert.ToBase64String("x-access-token:t0psecret"u8);
        Assert.Contains("--secret id=GIT_AUTH_TOKEN", await FailAsync(new GitSourceOptions()));
        _fixture.Session.Secrets["GIT_AUTH_TOKEN"] = "wr0ngtoken";
        var error = await FailAsync(new GitSourceOptions());
        Assert.DoesNotContain("wr0ngtoken", error);
        _fixture.Session.Secrets["GIT_AUTH_TOKEN." + new Uri(_server.Url).Authority] = "t0psecret";
        Assert.Contains("file=2", await TreeAsync(new GitSourceOptions()));

        _server.Authorization = "basic " + Convert.ToBase64String("me:pass!word"u8);
        var url = _repository.Url.Replace("//", "//me:pass%21word@", StringComparison.Ordinal);
        _fixture.Session.Secrets.Clear();
        await InspectAsync(
            new GitSourceOptions { KeepGitDirectory = true }, path =>
            {
                Assert.All(
                    Directory.EnumerateFiles(path + "/.git", "*", SearchOption.AllDirectories), file => Assert.DoesNotContain("word", File.ReadAllText(file).Split("[remote")[^1]));
                return Task.CompletedTask;
            },
            url);
        Assert.DoesNotContain("word", await FailAsync(new GitSourceOptions { Reference = "none" }, url));
        Assert.All(_fixture.Store.GetUsage(Engine.Storage.UsageFilter.None), record => Assert.DoesNotContain("word", record.Description));
    }

    [Fact]
    public async Task A_repository_with_longer_hashes_works_as_well()
    {
        var repository = await _server.CreateAsync("long", "--object-format=sha256");
        var commit = await repository.CommitAsync("file", "long");
        Assert.Equal(64, commit.Length);
        Assert.Equal("file=long", await TreeAsync(new GitSourceOptions(), repository.Url));
        Assert.Equal("file=long", await TreeAsync(new GitSourceOptions { Reference = commit, Subdirectory = "/" }, repository.Url));
    }

    [Fact]
    public async Task A_damaged_mirror_is_made_anew()
    {
        await TreeAsync(new GitSourceOptions { Reference = "light" });
        await using (var mirror = await _fixture.Store.Directories.AcquireAsync(
            "git:sha1:" + _repository.Url, Engine.Storage.RecordType.GitCheckout, "", true, TestContext.Current.CancellationToken))
        {
            Assert.False(mirror.IsNew);
            Directory.Delete(mirror.Path + "/objects", recursive: true);
        }
        Assert.Equal("file=2 sub/dir/inner=i", await TreeAsync(new GitSourceOptions { Reference = "main" }));
    }

    [Fact]
    public void A_repository_behind_ssh_keeps_its_user_and_needs_an_agent()
    {
        var request = GitSourceRequest.Parse(
            "git://github.com/a/b", new Dictionary<string, string> { ["git.fullurl"] = "git@github.com:a/b", ["git.mountsshsock"] = "default" });
        Assert.Equal(("git@github.com:a/b", "", true, "default"), (request.Url, request.UserInfo, request.IsSsh, request.SshAgent));
        Assert.Throws<SourceException>(() => GitSourceRequest.Parse("git://a/b", new Dictionary<string, string> { ["git.bundle"] = "x" }));
        Assert.Equal("https://a/b", GitSourceRequest.Parse("git://a/b#main", new Dictionary<string, string>()).Url);
    }

    private LlbOutput Source(GitSourceOptions options, string? url = null) =>
        LlbSource.Git(GitRemote.TryParse(url ?? _repository.Url, out var remote) ? remote : throw new ArgumentException(url), VertexOptions.None, options);

    private async Task<string> TreeAsync(GitSourceOptions options, string? url = null) => (await _fixture.BuildAsync(Source(options, url))).Tree;

    private async Task<string> FailAsync(GitSourceOptions options, string? url = null) =>
        (await Assert.ThrowsAsync<VertexException>(() => TreeAsync(options, url))).Message;

    private async Task InspectAsync(GitSourceOptions options, Func<string, Task> inspect, string? url = null)
    {
        await using var job = _fixture.StartJob();
        var result = await _fixture.SolveAsync(Source(options, url), job, TestContext.Current.CancellationToken);
        var snapshot = await result.Outputs[0]!.GetSnapshotAsync(TestContext.Current.CancellationToken);
        // Writable, since git status refreshes its index.
        await using var mounted = await _fixture.Store.Layers.MountWritableAsync(snapshot, null, TestContext.Current.CancellationToken);
        await inspect(mounted.Path);
    }
}
