using Buildx.Linux;

namespace Buildx.Engine.Sources.Git;

/// <summary>Writes a commit's files into a directory that is to become a layer.</summary>
/// <param name="temporaryPath">For the repository that git needs beside the files, when it isn't kept with them.</param>
internal sealed class GitCheckout(GitProgram git, GitMirror mirror, GitSourceRequest request, string temporaryPath)
{
    /// <exception cref="GitException">git could not do it.</exception>
    /// <exception cref="SourceException">The commit has no such directory.</exception>
    public async Task WriteAsync(GitCommit commit, string target, CancellationToken cancellationToken)
    {
        if (request.KeepGitDirectory && request.Subdirectory.Length == 0)
            await CloneAsync(commit, target, cancellationToken);
        else
            await ExportAsync(commit, target, cancellationToken);
        if (request.UseCommitTime)
            GitFiles.SetTimes(target, await mirror.GetTimeAsync(await mirror.PeelAsync(commit.Object, cancellationToken), cancellationToken));
    }

    /// <summary>Only the files.</summary>
    private async Task ExportAsync(GitCommit commit, string target, CancellationToken cancellationToken)
    {
        var repository = Directory.CreateDirectory(Path.Combine(temporaryPath, $"git-{Guid.NewGuid():n}")).FullName;
        var files = request.Subdirectory.Length == 0 ? target : Path.Combine(target, Guid.NewGuid().ToString("n"));
        try
        {
            Directory.CreateDirectory(files);
            var checkout = git.At(repository, files);
            await checkout.RunAsync(cancellationToken, ["init", "--quiet", .. GitMirror.FormatOf(commit)]);
            await File.WriteAllTextAsync(
                Path.Combine(repository, "objects/info/alternates"), Path.Combine(mirror.Path, "objects") + "\n", cancellationToken);
            // Submodules may be named relative to it.
            await checkout.RunAsync(cancellationToken, "config", "remote.origin.url", request.Url);
            await checkout.RunAsync(cancellationToken, "read-tree", "--reset", "-u", commit.Object);
            if (await UpdateSubmodulesAsync(checkout, files, cancellationToken))
                GitFiles.RemoveRepositoryLinks(files);
            if (files != target)
                MoveSubdirectory(files, target);
        }
        finally
        {
            FileSystem.RemoveTreeAt(null, repository);
        }
    }

    /// <summary>A repository of its own with this one commit, as <c>git clone --depth=1</c> makes it.</summary>
    private async Task CloneAsync(GitCommit commit, string target, CancellationToken cancellationToken)
    {
        var repository = Path.Combine(target, ".git");
        var clone = git.At(repository, target);
        await clone.RunAsync(cancellationToken, ["init", "--quiet", .. GitMirror.FormatOf(commit)]);
        var source = GitMirror.ReferenceOf(commit.Object);
        await clone.Local().RunAsync(
            cancellationToken,
            "fetch", "--quiet", "--update-head-ok", "--depth=1", "--no-tags", "--", "file://" + mirror.Path,
            commit.Reference.Length > 0 ? $"+{source}:{commit.Reference}" : source);
        await clone.RunAsync(cancellationToken, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD");
        await clone.RunAsync(cancellationToken, "remote", "add", "origin", request.Url);
        await clone.RunAsync(cancellationToken, "reflog", "expire", "--all", "--expire=now");
        await UpdateSubmodulesAsync(clone, target, cancellationToken);
        // It names a directory of this machine.
        File.Delete(Path.Combine(repository, "FETCH_HEAD"));
    }

    private async Task<bool> UpdateSubmodulesAsync(GitProgram checkout, string files, CancellationToken cancellationToken)
    {
        if (request.SkipSubmodules || !FileSystem.TryGetStatusAt(null, Path.Combine(files, ".gitmodules"), out _))
            return false;
        try
        {
            await checkout.RunAsync(cancellationToken, "submodule", "--quiet", "update", "--init", "--recursive", "--depth=1");
        }
        catch (GitException e) when (e.Says("depth") || e.Says("shallow"))
        {
            await checkout.RunAsync(cancellationToken, "submodule", "--quiet", "update", "--init", "--recursive");
        }
        return true;
    }

    private void MoveSubdirectory(string files, string target)
    {
        using (var to = FileSystem.OpenDirectory(target))
        using (var root = FileSystem.OpenDirectory(files))
        using (var directory = FileSystem.TryOpenIn(
            root, request.Subdirectory, OpenFlags.Directory | OpenFlags.NoFollow, ResolveFlags.Beneath | ResolveFlags.NoSymbolicLinks))
        {
            if (directory is null)
                throw new SourceException($"{request} has no directory \"{request.Subdirectory}\" (symbolic links on the way to it are not followed)");
            foreach (var entry in DirectoryReader.ReadAll(directory))
                FileSystem.RenameAt(directory, entry.Name, to, entry.Name, replace: false);
        }
        FileSystem.RemoveTreeAt(null, files);
    }
}
