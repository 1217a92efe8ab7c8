using Buildx.Engine.Storage;

namespace Buildx.Engine.Sources.Git;

/// <summary>
/// A bare repository on this machine with what was fetched of a remote so far. Each commit has a reference of its own, named
/// after it: a branch that moves on, or a tag that was replaced, is no conflict.
/// </summary>
internal sealed class GitMirror(GitProgram git, IMutableDirectory directory, GitSourceRequest request)
{
    private readonly GitProgram _git = git.At(directory.Path);

    public string Path => directory.Path;

    public static string ReferenceOf(string name) => "refs/buildx/" + name;

    /// <exception cref="GitException">It can't be had.</exception>
    public async Task FetchAsync(GitCommit commit, CancellationToken cancellationToken)
    {
        if (!File.Exists(System.IO.Path.Combine(directory.Path, "HEAD")))
            await _git.RunAsync(cancellationToken, ["init", "--bare", "--quiet", .. FormatOf(commit)]);
        RemoveStaleLocks();
        if (await HasAsync(commit.Object, cancellationToken))
        {
            // It may have come with something else.
            await NameAsync(commit, cancellationToken);
            return;
        }
        if (await TryFetchAsync(["--depth=1", "--no-tags"], commit.Object, commit, cancellationToken)
            || (commit.Reference.Length > 0 && await TryFetchAsync(["--depth=1", "--no-tags"], commit.Reference, commit, cancellationToken)))
        {
            return;
        }
        // The server gives only what its references name, or only whole histories.
        string[] depth = File.Exists(System.IO.Path.Combine(directory.Path, "shallow")) ? ["--unshallow"] : [];
        await _git.RunAsync(
            cancellationToken,
            ["fetch", "--quiet", "--no-tags", "--force", .. depth, "--", request.Url, "+refs/heads/*:refs/buildx-heads/*", "+refs/tags/*:refs/buildx-tags/*"]);
        if (!await HasAsync(commit.Object, cancellationToken))
            throw new GitException($"no branch or tag of the repository contains {commit.Object}", "");
        await NameAsync(commit, cancellationToken);
    }

    /// <summary>The commit behind a commit or an annotated tag, once it was fetched.</summary>
    public async Task<string> PeelAsync(string name, CancellationToken cancellationToken) =>
        (await _git.RunAsync(cancellationToken, "rev-parse", "--verify", "--quiet", name + "^{commit}")).Trim();

    public async Task<DateTimeOffset> GetTimeAsync(string commit, CancellationToken cancellationToken) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(
            (await _git.RunAsync(cancellationToken, "log", "-1", "--format=%ct", commit, "--")).Trim(), System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>An object as git stores it, once it was fetched.</summary>
    /// <param name="type"><c>commit</c> or <c>tag</c>.</param>
    public async Task<byte[]> ReadObjectAsync(string type, string name, CancellationToken cancellationToken) =>
        await _git.ReadAsync(cancellationToken, "cat-file", type, name);

    public static string[] FormatOf(GitCommit commit) => commit.Object.Length == 64 ? ["--object-format=sha256"] : [];

    private Task NameAsync(GitCommit commit, CancellationToken cancellationToken) =>
        _git.RunAsync(cancellationToken, "update-ref", ReferenceOf(commit.Object), commit.Object);

    private async Task<bool> TryFetchAsync(string[] options, string what, GitCommit commit, CancellationToken cancellationToken)
    {
        try
        {
            await _git.RunAsync(
                cancellationToken,
                ["fetch", "--quiet", "--force", .. options, "--", request.Url, $"{what}:{ReferenceOf(commit.Object)}"]);
        }
        catch (GitException e) when (
            e.Says("not our ref") || e.Says("unadvertised object") || e.Says("shallow") || e.Says("depth") || e.Says("couldn't find remote ref")
            || e.Says("does not match") || e.Says("bad object"))
        {
            return false;
        }
        // By its name it may have come with a newer commit, when somebody pushed meanwhile.
        return await HasAsync(commit.Object, cancellationToken);
    }

    private async Task<bool> HasAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await new GitProgram(new GitAccess(null, ""), null) { Repository = directory.Path }.RunAsync(cancellationToken, "cat-file", "-e", name + "^{commit}");
            return true;
        }
        catch (GitException)
        {
            return false;
        }
    }

    // We hold the mirror alone: whoever made these was killed.
    private void RemoveStaleLocks()
    {
        foreach (var name in new[] { "shallow.lock", "packed-refs.lock", "config.lock", "HEAD.lock" })
            File.Delete(System.IO.Path.Combine(directory.Path, name));
        var references = System.IO.Path.Combine(directory.Path, "refs");
        if (!Directory.Exists(references))
            return;
        foreach (var file in Directory.EnumerateFiles(references, "*.lock", SearchOption.AllDirectories))
            File.Delete(file);
    }
}
