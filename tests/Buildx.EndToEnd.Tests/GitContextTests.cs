namespace Buildx.EndToEnd.Tests;

/// <summary>Contexts that are git repositories, in both forms of their addresses.</summary>
public sealed class GitContextTests(BaseImageRegistry bases) : IAsyncLifetime
{
    private const string Dockerfile = "FROM busybox:1.36\nCOPY . /all\nRUN cd /all && find . -type f -o -name .git | grep -v ^./.git/ | sort >/files\n";

    private GitDaemon _git = null!;

    public async ValueTask InitializeAsync()
    {
        _git = await GitDaemon.StartAsync(new Dictionary<string, string>
        {
            ["Dockerfile"] = Dockerfile,
            ["app/Dockerfile"] = Dockerfile,
            ["app/version"] = "old",
        });
        await _git.GitAsync("tag", "v1");
        await _git.CommitAsync(new Dictionary<string, string> { ["app/version"] = "new" });
        await _git.GitAsync("branch", "topic/one");
    }

    public ValueTask DisposeAsync()
    {
        _git.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("", "new", "./Dockerfile ./app/Dockerfile ./app/version")]
    [InlineData("#v1", "old", "./Dockerfile ./app/Dockerfile ./app/version")]
    [InlineData("#topic/one:app", "new", "./Dockerfile ./version")]
    [InlineData("#:app", "new", "./Dockerfile ./version")]
    [InlineData("?tag=v1&subdir=app", "old", "./Dockerfile ./version")]
    [InlineData("?branch=topic/one", "new", "./Dockerfile ./app/Dockerfile ./app/version")]
    [InlineData("?ref=v1&subdir=/app", "old", "./Dockerfile ./version")]
    [InlineData("?ref=v1&keep-git-dir=true", "old", "./.git ./Dockerfile ./app/Dockerfile ./app/version")]
    public async Task The_address_says_which_commit_and_which_directory(string query, string version, string files)
    {
        await using var place = await Workplace.CreateAsync(bases);

        await place.BuildxAsync("build", "-o", "out", _git.Url + query);

        Assert.Equal(files, (await ReadAsync(place, "files")).Trim().Replace('\n', ' '));
        Assert.Equal(version, await ReadAsync(place, files.Contains("./app/", StringComparison.Ordinal) ? "all/app/version" : "all/version"));
    }

    [Fact]
    public async Task A_commit_may_be_named_and_one_that_is_not_the_branch_s_is_refused()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var (old, now) = (await _git.GitAsync("rev-parse", "v1"), await _git.GitAsync("rev-parse", "main"));

        await place.BuildxAsync("build", "-o", "out", $"{_git.Url}#{old}");
        await place.BuildxAsync("build", "-o", "again", $"{_git.Url}?branch=main&commit={now}");
        var refused = await place.Tool(Repository.Executable).ExecuteAsync("build", $"{_git.Url}?branch=main&checksum={old}");

        Assert.Equal("old", await ReadAsync(place, "all/app/version"));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(old, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submodules_come_along_unless_they_are_not_wanted()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await _git.AddRepositoryAsync("library", new Dictionary<string, string> { ["code"] = "of the library" });
        await _git.GitAsync("submodule", "--quiet", "add", "../library", "lib");
        await _git.CommitAsync(new Dictionary<string, string>());

        await place.BuildxAsync("build", "-o", "out", _git.Url);
        await place.BuildxAsync("build", "-o", "without", $"{_git.Url}?submodules=false");

        Assert.Equal("of the library", await ReadAsync(place, "all/lib/code"));
        Assert.False(File.Exists(Path.Combine(place.Project, "without/all/lib/code")));
    }

    [Fact]
    public async Task The_git_directory_is_kept_on_demand_and_named_contexts_are_repositories_too()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch\nCOPY --from=code /version /\n");

        await place.BuildxAsync("build", "--build-arg", "BUILDKIT_CONTEXT_KEEP_GIT_DIR=1", "-o", "out", _git.Url);
        await place.BuildxAsync("build", "--build-context", $"code={_git.Url}#v1:app", "-o", "named", ".");

        Assert.Equal(await _git.GitAsync("rev-parse", "main"), (await place.Tool("git").SucceedAsync("-C", "out/all", "rev-parse", "HEAD")).Output.Trim());
        Assert.Equal("old", await File.ReadAllTextAsync(Path.Combine(place.Project, "named/version"), TestContext.Current.CancellationToken));
    }

    private static Task<string> ReadAsync(Workplace place, string path) => File.ReadAllTextAsync(Path.Combine(place.Project, "out", path), TestContext.Current.CancellationToken);
}
