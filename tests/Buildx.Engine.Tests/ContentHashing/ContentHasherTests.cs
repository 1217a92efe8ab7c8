using Buildx.Engine.ContentHashing;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Tests.Operations.Files;
using Buildx.Engine.Trees;
using Buildx.Oci;
using Buildx.TestSupport;
using FsCheck;
using FsCheck.Fluent;

namespace Buildx.Engine.Tests.ContentHashing;

public sealed class ContentHasherTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FileHashCache _cache = new(null);

    public void Dispose()
    {
        _cache.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_same_content_elsewhere_and_at_another_time_has_the_same_hash()
    {
        await ShellAsync("mkdir -p one/d; echo x > one/d/f; ln -s f one/d/l; cp -r one two; cp -P one/d/l two/d/; touch -d @5 two/d/f two/d");
        Assert.Equal(await HashAsync("one", new("/d")), await HashAsync("two", new("/d")));
    }

    [Theory]
    [InlineData("echo y > d/f")]
    [InlineData("chmod 600 d/f")]
    [InlineData("chown 1:0 d/f")]
    [InlineData("chmod 711 d/e")]
    [InlineData("mv d/f d/g")]
    [InlineData("ln -sf other d/l")]
    [InlineData("rm d/f")]
    [InlineData("mkdir d/more")]
    [InlineData("rm d/l; echo f > d/l")]
    public async Task Any_other_difference_changes_the_hash(string change)
    {
        await ShellAsync("mkdir -p t/d/e; echo x > t/d/f; ln -s f t/d/l");
        var before = await HashAsync("t", new("/d"));
        await ShellAsync("cd t; " + change);
        Assert.NotEqual(before, await HashAsync("t", new("/d")));
    }

    [Fact]
    public async Task What_is_not_selected_does_not_count()
    {
        await ShellAsync("mkdir -p t/d; echo x > t/d/a.txt; echo x > t/d/b.log");
        ContentSelection[] selections =
        [
            new("/d/a.txt"),
            new("/d/*.txt", AllowWildcard: true),
            new("/d") { IncludePatterns = ["*.txt"] },
            new("/") { ExcludePatterns = ["**/*.log"], ContentsOnly = true },
        ];
        var before = await Task.WhenAll(selections.Select(selection => HashAsync("t", selection)));
        await ShellAsync("echo y > t/d/b.log; chmod 700 t");
        Assert.Equal(before, await Task.WhenAll(selections.Select(selection => HashAsync("t", selection))));
        await ShellAsync("echo y > t/d/a.txt");
        var after = await Task.WhenAll(selections.Select(selection => HashAsync("t", selection)));
        Assert.All(before.Zip(after), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public async Task Missing_paths_are_errors_unless_optional()
    {
        Directory.CreateDirectory(PathOf("t"));
        var error = await Assert.ThrowsAsync<FileOperationException>(() => HashAsync("t", new("/foo")));
        Assert.Equal("\"/foo\": not found", error.Message);
        await HashAsync("t", new("/foo") { IsOptional = true });
        await Assert.ThrowsAsync<FileOperationException>(() => HashAsync("t", new("/") { IncludePatterns = ["a"], RequiredPaths = ["/a"] }));
        _directory.Write("t/a", "");
        await HashAsync("t", new("/") { IncludePatterns = ["a"], RequiredPaths = ["/a"] });
    }

    [Fact]
    public async Task A_file_is_not_read_again_unless_it_changed_and_fresh_ones_are_not_trusted()
    {
        await ShellAsync("mkdir t; echo x > t/f");
        var path = PathOf("cache");
        using (var fresh = new FileHashCache(path))
        {
            await new ContentHasher(fresh).HashAsync(Tree("t"), [new("/f")], default);
            Assert.Equal(0, fresh.Count);
        }
        await Task.Delay(2100);
        Digest first;
        using (var cache = new FileHashCache(path))
        {
            first = (await new ContentHasher(cache).HashAsync(Tree("t"), [new("/f")], default)).Content;
            Assert.Equal(1, cache.Count);
        }
        using var again = new FileHashCache(path);
        Assert.Equal(1, again.Count);
        Assert.Equal(first, (await new ContentHasher(again).HashAsync(Tree("t"), [new("/f")], default)).Content);
        // Same size, time put back: the change time still tells.
        await ShellAsync("touch -r t/f ref; echo y > t/f; touch -r ref t/f");
        Assert.NotEqual(first, (await new ContentHasher(again).HashAsync(Tree("t"), [new("/f")], default)).Content);
        await File.WriteAllTextAsync(path, "damaged");
        using var damaged = new FileHashCache(path);
        Assert.Equal(0, damaged.Count);
    }

    [Fact]
    public async Task Hashes_are_equal_exactly_when_copies_are()
    {
        var file =
            from name in Gen.Elements("a", "b", "d/a", "d/b", "d/e/a")
            from kind in Gen.Elements("x", "y", "->a", "->b", "/")
            from mode in Gen.Elements("644", "755")
            select (name, kind, mode);
        var tree = from count in Gen.Choose(1, 3) from files in Gen.ArrayOf(file, count) select files;
        var pair = from one in tree from two in Gen.Frequency((2, tree), (1, Gen.Constant(one))) select (one, two);
        var number = 0;
        foreach (var (one, two) in pair.Sample(40, 5))
        {
            var name = $"p{number++}";
            Make(name + "/1", one);
            Make(name + "/2", two);
            var plan = new CopyPlan(0, 1, 0, "/d", "/out") { DirectoryContents = true, CreateDestinationPath = true, AllowWildcard = true };
            var selection = new ContentSelection("/d") { ContentsOnly = true };
            var copies = new string[2];
            var hashes = new string[2];
            for (var i = 1; i <= 2; i++)
            {
                var source = Tree($"{name}/{i}");
                var target = Directory.CreateDirectory(PathOf($"{name}/out{i}")).FullName;
                await FileActionRunner.RunAsync(plan, target, source, null, null, default);
                copies[i - 1] = await TreeListing.ContentAsync(target);
                hashes[i - 1] = (await new ContentHasher(_cache).HashAsync(source, [selection], default)).Content.Value;
            }
            Assert.True((copies[0] == copies[1]) == (hashes[0] == hashes[1]), $"{string.Join(' ', one)} against {string.Join(' ', two)}\n{copies[0]}\n{copies[1]}");
        }
    }

    private void Make(string root, (string Name, string Kind, string Mode)[] files)
    {
        Directory.CreateDirectory(PathOf(root + "/d/e"));
        foreach (var (name, kind, mode) in files)
        {
            var path = PathOf(root + "/" + name);
            if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
                continue;
            if (kind.StartsWith("->", StringComparison.Ordinal))
            {
                File.CreateSymbolicLink(path, kind[2..]);
                continue;
            }
            if (kind == "/")
                Directory.CreateDirectory(path);
            else
                File.WriteAllText(path, kind);
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        }
    }

    private async Task<string> HashAsync(string tree, ContentSelection selection) =>
        (await new ContentHasher(_cache).HashAsync(Tree(tree), [selection], TestContext.Current.CancellationToken)).Content.Value;

    private FileTree Tree(string name) => new(PathOf(name));

    private string PathOf(string name) => Path.Combine(_directory.Path, name);

    private Task ShellAsync(string script) => new Tool("sh") { WorkingDirectory = _directory.Path }.SucceedAsync("-ec", script);
}
