using System.Collections.Immutable;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Operations.Files;

/// <summary>A source and a target directory, and actions between them.</summary>
public abstract class FileActionTest : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    protected FileActionTest()
    {
        Directory.CreateDirectory(Source);
        Directory.CreateDirectory(Target);
    }

    protected string Source => Path.Combine(_directory.Path, "source");

    protected string Target => Path.Combine(_directory.Path, "target");

    protected string Outside => _directory.Path;

    public void Dispose()
    {
        // .NET's own removal can't name files that are not UTF-8.
        FileSystem.RemoveTreeAt(null, _directory.Path);
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static CopyPlan Copying(string from, string to) => new(0, 1, 0, TreePath.CleanKeepingEnd(from), TreePath.CleanKeepingEnd(to))
    {
        CreateDestinationPath = true,
        FollowSymlink = true,
        DirectoryContents = true,
        AllowWildcard = true,
    };

    private protected Task CopyAsync(CopyPlan plan, FileOwner? owner = null) =>
        FileActionRunner.RunAsync(plan, Target, new FileTree(Source), owner, null, TestContext.Current.CancellationToken);

    private protected Task RunAsync(FileActionPlan plan, FileOwner? owner = null) =>
        FileActionRunner.RunAsync(plan, Target, null, owner, null, TestContext.Current.CancellationToken);

    protected void Write(string path, string content = "")
    {
        path = Path.Combine(_directory.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    protected string Read(string path) => File.ReadAllText(Path.Combine(Target, path));

    protected Task ShellAsync(string script) => new Tool("sh") { WorkingDirectory = _directory.Path }.SucceedAsync("-ec", script);

    protected static ImmutableArray<string> Patterns(params string[] patterns) => [.. patterns];
}
