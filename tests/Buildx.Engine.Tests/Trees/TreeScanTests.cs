using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Trees;

/// <summary>What is taken from an earlier walk is what a new one would find.</summary>
public sealed class TreeScanTests : IDisposable
{
    private static readonly string[] Names = ["a", "a.b", "b", "c-d", "Z", "ä", "node_modules"];
    private static readonly string[] Patterns = ["a", "b", "*", "a/*", "**/b", "a/b", "*/a", "Z", "**/*.b", "node_modules", "a/**", "!a/b", "!b", "!**/a"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Any_path_under_any_filters_is_found_as_by_walking(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 60; i++)
        {
            string Name() => Names[random.Next(Names.Length)];
            var path = string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Name()));
            if (Path.Exists(Path.Combine(_directory.Path, path)) || Ancestors(path).Any(above => File.Exists(Path.Combine(_directory.Path, above))))
                continue;
            if (random.Next(4) == 0)
                Directory.CreateDirectory(Path.Combine(_directory.Path, path));
            else
                _directory.Write(path, path);
        }
        using var root = FileSystem.OpenDirectory(_directory.Path);
        string[] paths = ["/", .. Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories).Select(path => path[_directory.Path.Length..]), "/missing", "/a/missing"];
        var found = 0;
        for (var i = 0; i < 200; i++)
        {
            var tree = new FileTree(_directory.Path) { Filter = Filter(), IsLive = random.Next(2) == 0 };
            var scan = new TreeScan(new TreeScanner(root, tree, null).Scan("/", default)!, default);
            var (path, selection) = (paths[random.Next(paths.Length)], Filter());
            var (walked, taken) = (new TreeScanner(root, tree, selection).Scan(path, default), new TreeScanner(root, tree with { Scan = scan }, selection).Scan(path, default));
            Assert.Equal(Text(walked), Text(taken));
            found += walked is null ? 0 : 1;
        }
        Assert.InRange(found, 50, 199);

        TreeFilter? Filter()
        {
            string[] Pick() => [.. Enumerable.Range(0, random.Next(3)).Select(_ => Patterns[random.Next(Patterns.Length)])];
            return TreeFilter.Create([.. Pick()], [.. Pick()]);
        }
    }

    private static IEnumerable<string> Ancestors(string path)
    {
        for (var at = path.LastIndexOf('/'); at > 0; at = path.LastIndexOf('/', at - 1))
            yield return path[..at];
    }

    private static string Text(TreeEntry? entry) => entry is null
        ? "nothing"
        : $"{entry.Name} {entry.Status.Mode:x} {entry.Status.Inode} {entry.IsSelected}" + (entry.Children is null ? "" : $" [{string.Join(", ", entry.Children.Select(Text))}]");
}
