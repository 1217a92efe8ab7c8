using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Sources.Git;

/// <summary>A repository to work in, and where it is served.</summary>
internal sealed record GitRepository(string Path, string Url)
{
    public async Task<string> RunAsync(params string[] arguments) =>
        (await new Tool("git")
        {
            WorkingDirectory = Path,
            Environment = new Dictionary<string, string?>
            {
                ["GIT_AUTHOR_NAME"] = "a",
                ["GIT_AUTHOR_EMAIL"] = "a@example.com",
                ["GIT_COMMITTER_NAME"] = "c",
                ["GIT_COMMITTER_EMAIL"] = "c@example.com",
                ["GIT_COMMITTER_DATE"] = "2021-02-03T04:05:06Z",
                ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            },
        }.SucceedAsync(arguments)).Output.Trim();

    /// <returns>The commit.</returns>
    public async Task<string> CommitAsync(string file, string content)
    {
        var path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, content);
        await RunAsync("add", "--all");
        await RunAsync("commit", "--quiet", "--allow-empty", "-m", content);
        return await RunAsync("rev-parse", "HEAD");
    }
}
