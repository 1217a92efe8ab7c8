using Buildx.Engine.Solving;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Sources.Git;

/// <summary>
/// Trees of git repositories. What a branch or tag is now is asked each time; a commit that was checked out before needs no
/// network.
/// </summary>
internal sealed class GitSource(IStorage storage)
{
    /// <exception cref="SourceException">There is no such reference, or it is not the expected commit.</exception>
    public async Task<GitCommit> ResolveAsync(
        GitSourceRequest request, BuildContext build, IVertexProgress? progress, CancellationToken cancellationToken)
    {
        if (GitSourceRequest.IsCommit(request.Reference))
            return new GitCommit("", request.Reference, request.Reference);
        if (request.FetchByCommit)
            return new GitCommit(request.Reference, request.Checksum, request.Checksum);
        await using var access = await GitAccess.FindAsync(request, build, storage.TemporaryPath, cancellationToken);
        var git = new GitProgram(access, progress);
        var commit = await RunAsync(request, () => FindAsync(git, request, cancellationToken));
        return commit.Object.StartsWith(request.Checksum, StringComparison.Ordinal) || commit.Commit.StartsWith(request.Checksum, StringComparison.Ordinal)
            ? commit
            : throw new SourceException($"{request} is {commit.Commit} now, which is not the expected {request.Checksum}");
    }

    /// <summary>Fetches what is missing, and writes the files into a layer.</summary>
    /// <exception cref="SourceException">The remote doesn't give it, or it has no such directory.</exception>
    public async Task<Snapshot> FetchAsync(
        GitSourceRequest request, GitCommit commit, BuildContext build, IVertexProgress? progress, CancellationToken cancellationToken)
    {
        await using var access = await GitAccess.FindAsync(request, build, storage.TemporaryPath, cancellationToken);
        var git = new GitProgram(access, progress);
        return await RunAsync(request, async () =>
        {
            try
            {
                return await FetchAsync(git, request, commit, cancellationToken);
            }
            catch (GitException e) when (e.Says("object file") || e.Says("corrupt") || e.Says("not a git repository") || e.Says("unable to update local ref"))
            {
                // The mirror was thrown away; the second one is new.
                return await FetchAsync(git, request, commit, cancellationToken);
            }
        });
    }

    /// <summary>The commit, and the annotated tag that was asked for, as git itself stores them; the tag is empty where there is none.</summary>
    /// <exception cref="SourceException">The remote doesn't give it.</exception>
    public async Task<(byte[] Commit, byte[] Tag)> ReadObjectsAsync(
        GitSourceRequest request, GitCommit commit, BuildContext build, CancellationToken cancellationToken)
    {
        await using var access = await GitAccess.FindAsync(request, build, storage.TemporaryPath, cancellationToken);
        var git = new GitProgram(access, null);
        return await RunAsync(request, async () =>
        {
            await using var directory = await AcquireAsync(request, commit, cancellationToken);
            var mirror = new GitMirror(git, directory, request);
            await mirror.FetchAsync(commit, cancellationToken);
            return (
                await mirror.ReadObjectAsync("commit", commit.Commit, cancellationToken),
                commit.Object == commit.Commit ? [] : await mirror.ReadObjectAsync("tag", commit.Object, cancellationToken));
        });
    }

    private ValueTask<IMutableDirectory> AcquireAsync(GitSourceRequest request, GitCommit commit, CancellationToken cancellationToken) => storage.Directories.AcquireAsync(
        $"git:{(commit.Object.Length == 64 ? "sha256" : "sha1")}:{request.Url}", RecordType.GitCheckout, $"shared git repo for {request.Url}",
        exclusive: true, cancellationToken);

    private async Task<Snapshot> FetchAsync(GitProgram git, GitSourceRequest request, GitCommit commit, CancellationToken cancellationToken)
    {
        await using var directory = await AcquireAsync(request, commit, cancellationToken);
        var mirror = new GitMirror(git, directory, request);
        try
        {
            await mirror.FetchAsync(commit, cancellationToken);
            await using var tree = await storage.Layers.MountWritableAsync(Snapshot.Empty, null, cancellationToken);
            await new GitCheckout(git, mirror, request, storage.TemporaryPath).WriteAsync(commit, tree.Path, cancellationToken);
            return Snapshot.Empty.Append(await tree.CommitAsync(cancellationToken));
        }
        catch (GitException)
        {
            // It is only a cache, and perhaps the cause.
            directory.Discard();
            throw;
        }
    }

    private static async Task<GitCommit> FindAsync(GitProgram git, GitSourceRequest request, CancellationToken cancellationToken)
    {
        if (request.Reference.Length == 0)
        {
            return RemoteReferences.FindDefault(await git.RunAsync(cancellationToken, "ls-remote", "--symref", "--", request.Url, "HEAD"))
                ?? throw new SourceException($"{request.Url} has no default branch: name one after the URL, as in {request.Url}#main");
        }
        return RemoteReferences.Find(
            await git.RunAsync(cancellationToken, "ls-remote", "--", request.Url, request.Reference, request.Reference + "^{}"), request.Reference)
            ?? throw new SourceException(
                $"{request.Url} has no branch or tag \"{request.Reference}\"; a commit must be given with all its digits");
    }

    private static async Task<T> RunAsync<T>(GitSourceRequest request, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (GitException e)
        {
            var needsLogin = e.Says("could not read Username") || e.Says("Authentication failed") || e.Says("returned error: 40");
            var advice = needsLogin ? ". If it is private: --secret id=GIT_AUTH_TOKEN,env=VARIABLE with a token that may read it"
                : e.Says("Permission denied (") ? $". The server accepts none of the keys of the forwarded ssh agent \"{request.SshAgent}\" (ssh-add -l lists them)"
                : e.Says("Host key verification failed") ? ". The server is not the one that the client knows by this name"
                : "";
            throw new SourceException($"cannot fetch {request}: {e.Message}{advice}", e);
        }
    }
}
