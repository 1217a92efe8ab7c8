using System.Text;
using Buildx.Client;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Buildx.TestSupport;
using Google.Protobuf;
using Platform = Buildx.Oci.Platform;

namespace Buildx.EndToEnd.Tests.Graphs;

/// <summary>A second client: graphs written with Buildx.Llb, sent without any frontend, their results looked at file by file.</summary>
public sealed class GraphTests(BaseImageRegistry bases)
{
    private static readonly VertexOptions Native = new() { Platform = Platform.Host };
    private static readonly LlbOutput Busybox = LlbSource.Image(ImageReference.Parse("busybox:1.36"), Native);
    private static readonly DateTimeOffset Then = new(2020, 2, 3, 4, 5, 6, TimeSpan.Zero);

    [Fact]
    public async Task The_example_builds_its_graph()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await place.BuildxAsync("inspect", "--bootstrap", "test");
        var program = Path.Combine(Repository.Root, "examples/graph/bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0/graph.dll");

        var result = await place.Tool("dotnet").SucceedAsync(program, $"unix://{place.Path}/run/test/buildkitd.sock", place.Path + "/out");

        Assert.EndsWith("out: README one two\n", result.Output, StringComparison.Ordinal);
        Assert.Equal("compiled two\n", await File.ReadAllTextAsync(place.Path + "/out/two", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task File_actions_set_modes_owners_times_and_links()
    {
        await using var build = await Built.CreateAsync(bases);
        var source = new LlbFile(null)
            .MakeDirectory("/in/deep", 0b111_101_101, makeParents: true)
            .MakeFile("/in/a.txt", 0b110_100_100, "a"u8.ToArray())
            .MakeFile("/in/b.txt", 0b110_100_100, "b"u8.ToArray())
            .MakeFile("/in/deep/c.md", 0b110_100_100, "c"u8.ToArray())
            .Symlink("a.txt", "/in/link")
            .ToOutput(VertexOptions.None);
        var output = new LlbFile(Busybox)
            .MakeDirectory("/made/by/parents", 0b111_000_000, makeParents: true, FileOwner.Numeric(5, 6), Then)
            .MakeFile("/made/file", 0b110_100_000, "content"u8.ToArray(), FileOwner.Parse("www-data:users"), Then)
            .Symlink("file", "/made/link", FileOwner.Numeric(7, 8), Then)
            .Copy(source, "/in/*.txt", "/texts/", new CopyOptions { AllowWildcard = true, CreateDestination = true, Mode = 0b110_110_110, Time = Then })
            .Copy(source, "/in", "/copied", new CopyOptions { DirectoryContentsOnly = true, CreateDestination = true, SymbolicMode = "u=rw,go-rwx", ExcludePatterns = ["b.txt"], IncludePatterns = ["*.txt"] })
            .Copy(source, "/in/link", "/followed", new CopyOptions { FollowSymlinks = true, Owner = FileOwner.Numeric(9, 10) })
            .Copy(source, "/in/link", "/kept")
            .Remove("/texts/b.*", allowWildcard: true)
            .Remove("/nothing", allowNotFound: true)
            .ToOutput(VertexOptions.None);

        var tree = await build.MakeAsync(output);

        Assert.Equal(("drwx------", 5u, 6u, Then), tree.Describe("made/by/parents"));
        Assert.Equal(("-rw-r-----", 33u, 100u, Then), tree.Describe("made/file"));
        Assert.Equal("content", tree.Text("made/file"));
        Assert.Equal(("file", 7u, 8u), (tree.LinkTarget("made/link"), tree.Describe("made/link").Uid, tree.Describe("made/link").Gid));
        Assert.Equal(["a.txt"], tree.Names("texts"));
        Assert.Equal(("-rw-rw-rw-", 0u, 0u, Then), tree.Describe("texts/a.txt"));
        Assert.Equal(["a.txt"], tree.Names("copied"));
        Assert.Equal("-rw-------", tree.Describe("copied/a.txt").Mode);
        Assert.Equal(("a", 9u, 10u), (tree.Text("followed"), tree.Describe("followed").Uid, tree.Describe("followed").Gid));
        Assert.Equal("a.txt", tree.LinkTarget("kept"));

        var missing = new LlbFile(null).Copy(source, "/in", "/", new CopyOptions { RequiredPaths = ["nowhere"], DirectoryContentsOnly = true }).ToOutput(VertexOptions.None);
        Assert.Contains("nowhere", (await Assert.ThrowsAsync<SolveException>(() => build.MakeAsync(missing))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_of_a_repository_is_a_file_which_needs_no_network_the_second_time()
    {
        await using var build = await Built.CreateAsync(bases);
        LlbOutput blob;
        TarTree tree;
        string digest;
        await using (var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            var image = $"{registry.Host}/app";
            await Tool.RunAsync("skopeo", "copy", "--dest-tls-verify=false", "--src-tls-verify=false", $"docker://{bases.Server.Host}/library/busybox:1.36", $"docker://{image}:1");
            var manifest = System.Text.Json.JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{image}:1")).RootElement;
            digest = manifest.GetProperty("config").GetProperty("digest").GetString()!;
            blob = LlbSource.ImageBlob(ImageReference.Parse($"{image}@{digest}"), VertexOptions.None, "config.json", 0b100_100_000);
            tree = await build.MakeAsync(blob);
        }
        var again = await build.MakeAsync(blob);

        Assert.Equal(digest, Digest.Sha256(Encoding.UTF8.GetBytes(tree.Text("config.json"))).Value);
        Assert.Equal(("-r--r-----", 0u, 0u, DateTimeOffset.UnixEpoch), again.Describe("config.json"));
        var missing = LlbSource.ImageBlob(ImageReference.Parse($"{bases.Server.Host}/library/busybox@sha256:{new string('0', 64)}"), VertexOptions.None);
        Assert.Contains(new string('0', 64), (await Assert.ThrowsAsync<SolveException>(() => build.MakeAsync(missing))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_get_the_mounts_limits_hosts_and_exit_codes_they_ask_for()
    {
        await using var build = await Built.CreateAsync(bases);
        var data = new LlbFile(null).MakeDirectory("/sub", 0b111_101_101).MakeFile("/sub/data", 0b110_100_100, "data"u8.ToArray()).ToOutput(VertexOptions.None);
        var command = LlbExec.Create(
            new ExecSpecification
            {
                Root = Busybox,
                Arguments = ["/bin/sh", "-c", """
                    { ulimit -n; grep friend /etc/hosts; hostname; id -u; pwd; echo "$SECRET $HTTP_PROXY $no_proxy"; cat /data/data; ls /data; } > /out/said
                    echo changed > /data/more; echo cached >> /cache/count; cat /cache/count > /out/count; df -k /small | tail -n 1 | awk '{print $2}' > /out/size
                    cat /run/it >> /out/said; exit 3
                    """],
                Environment = ["PATH=/bin"],
                WorkingDirectory = "/tmp",
                HostName = "here",
                ExtraHosts = [("friend", "10.9.8.7")],
                Ulimits = [new Ulimit { Name = "nofile", Soft = 100, Hard = 200 }],
                Proxy = new ProxyEnv { HttpProxy = "http://proxy", NoProxy = "local" },
                ValidExitCodes = [0, 3],
                Mounts =
                [
                    new ExecMount.Bind("/out", null),
                    new ExecMount.Bind("/data", data, Selector: "/sub", DiscardWrites: true),
                    new ExecMount.Cache("/cache", "counter", CacheSharingOpt.Locked),
                    new ExecMount.Tmpfs("/small", 1 << 20),
                ],
                Secrets = [new ExecSecret("key", "/run/it", "SECRET", Optional: false)],
            },
            Native);

        var tree = await build.MakeAsync(LlbExec.MountOutput(command, "/out"));

        Assert.Equal("100\n10.9.8.7\tfriend\nhere\n0\n/tmp\nhidden http://proxy local\ndatadata\nhidden", tree.Text("said"));
        Assert.Equal(("cached\n", "1024\n"), (tree.Text("count"), tree.Text("size")));

        var strict = LlbExec.Create(new ExecSpecification { Root = Busybox, Arguments = ["/bin/true"], ValidExitCodes = [3] }, Native);
        Assert.Contains("exit code: 0", (await Assert.ThrowsAsync<SolveException>(() => build.MakeAsync(strict))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_diff_of_trees_that_have_nothing_to_do_with_each_other_has_what_differs()
    {
        await using var build = await Built.CreateAsync(bases);
        LlbOutput Tree(Action<LlbFile> more)
        {
            var file = new LlbFile(null).MakeFile("/same", 0b110_100_100, "same"u8.ToArray(), time: Then);
            more(file);
            return file.ToOutput(VertexOptions.None);
        }

        var lower = Tree(file => file
            .MakeDirectory("/dir", 0b111_101_101).MakeFile("/dir/gone", 0b110_100_100, "x"u8.ToArray(), time: Then)
            .MakeFile("/dir/kept", 0b110_100_100, "k"u8.ToArray(), time: Then)
            .MakeFile("/content", 0b110_100_100, "old"u8.ToArray(), time: Then).MakeFile("/mode", 0b110_100_100, "m"u8.ToArray(), time: Then)
            .MakeDirectory("/becomes", 0b111_101_101).MakeFile("/becomes/inner", 0b110_100_100, "i"u8.ToArray(), time: Then));
        var upper = Tree(file => file
            .MakeDirectory("/dir", 0b111_101_101).MakeFile("/dir/kept", 0b110_100_100, "k"u8.ToArray(), time: Then)
            .MakeFile("/content", 0b110_100_100, "new"u8.ToArray(), time: Then).MakeFile("/mode", 0b111_000_000, "m"u8.ToArray(), time: Then)
            .MakeFile("/becomes", 0b110_100_100, "a file"u8.ToArray(), time: Then)
            .MakeDirectory("/added", 0b111_101_101).Symlink("../same", "/added/link", time: Then));
        var difference = LlbDiff.Create(lower, upper, VertexOptions.None)!;

        var alone = await build.MakeAsync(difference);
        Assert.Equal(["added", "becomes", "content", "dir", "mode"], alone.Names(""));
        Assert.Empty(alone.Names("dir"));
        Assert.Equal(("new", "a file", "../same", "-rwx------"), (alone.Text("content"), alone.Text("becomes"), alone.LinkTarget("added/link"), alone.Describe("mode").Mode));

        // Laid over a third tree it takes away what the upper one had not.
        var third = new LlbFile(null)
            .MakeDirectory("/dir", 0b111_101_101).MakeFile("/dir/gone", 0b110_100_100, "x"u8.ToArray()).MakeFile("/dir/own", 0b110_100_100, "o"u8.ToArray())
            .ToOutput(VertexOptions.None);
        var merged = await build.MakeAsync(LlbMerge.Create([third, difference], VertexOptions.None));
        Assert.Equal(["own"], merged.Names("dir"));
        Assert.Equal(["added", "becomes", "content", "dir", "mode"], merged.Names(""));
    }

    [Fact]
    public async Task A_merge_takes_away_only_what_its_inputs_own_steps_did()
    {
        await using var build = await Built.CreateAsync(bases);
        LlbOutput Files(params string[] names) => names
            .Aggregate(new LlbFile(null).MakeDirectory("/dir/inner", 0b111_101_101, makeParents: true), (file, name) => file.MakeFile(name, 0b110_100_100, "x"u8.ToArray()))
            .ToOutput(VertexOptions.None);
        LlbOutput Run(LlbOutput tree, string script) => LlbExec.MountOutput(
            LlbExec.Create(
                new ExecSpecification
                {
                    Root = Busybox,
                    Arguments = ["/bin/sh", "-ec", "cd /tree; " + script],
                    Environment = ["PATH=/bin"],
                    Mounts = [new ExecMount.Bind("/tree", tree)],
                },
                Native),
            "/tree");

        var anew = Run(Files("/dir/old", "/dir/inner/old"), "rm -r dir; mkdir -p dir/inner; touch dir/inner/new");
        var merged = LlbMerge.Create([Files("/dir/old", "/dir/other", "/dir/inner/other"), anew], VertexOptions.None)!;

        Assert.Equal(["dir/inner/new", "dir/inner/other", "dir/other"], (await build.MakeAsync(merged)).Files());
        var listed = await build.MakeAsync(Run(merged, "find . -type f > list; mv dir moved; ls -R moved"));
        Assert.Equal(["./dir/inner/new", "./dir/inner/other", "./dir/other"], listed.Text("list").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(name => name != "./list").Order(StringComparer.Ordinal));
        Assert.Equal(["list", "moved/inner/new", "moved/inner/other", "moved/other"], listed.Files());
        // The changes alone list nothing of what they take away.
        var alone = await build.MakeAsync(Run(LlbDiff.Create(Files("/dir/old", "/dir/inner/old"), anew, VertexOptions.None)!, "find . > list; rm -r dir"));
        Assert.Equal(["list"], alone.Names(""));
        Assert.Equal([".", "./dir", "./dir/inner", "./dir/inner/new"], alone.Text("list").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(name => name != "./list").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_graph_may_come_out_of_a_file_and_wait_for_others()
    {
        await using var build = await Built.CreateAsync(bases);
        var inner = new LlbFile(null).MakeFile("/inner", 0b110_100_100, "from a graph in a file"u8.ToArray()).ToOutput(VertexOptions.None);
        var holder = new LlbFile(null).MakeFile("/graph", 0b110_100_100, LlbDefinition.Write(inner).ToByteArray()).ToOutput(VertexOptions.None);
        Assert.Equal("from a graph in a file", (await build.MakeAsync(LlbBuild.Create(holder, VertexOptions.None, "graph"))).Text("inner"));

        var check = LlbExec.Create(new ExecSpecification { Root = Busybox, Arguments = ["/bin/false"] }, Native);
        var error = await Assert.ThrowsAsync<SolveException>(() => build.MakeAsync(LlbPassthrough.Create(inner, [check], VertexOptions.None)));
        Assert.Contains("/bin/false", error.Message, StringComparison.Ordinal);
        var passes = LlbExec.Create(new ExecSpecification { Root = Busybox, Arguments = ["/bin/true"] }, Native);
        Assert.Equal(["inner"], (await build.MakeAsync(LlbPassthrough.Create(inner, [passes], VertexOptions.None))).Names(""));
    }

    [Fact]
    public async Task Local_sources_send_what_their_patterns_select()
    {
        await using var build = await Built.CreateAsync(bases);
        foreach (var file in (string[])["a.txt", "b.txt", "deep/c.txt", "deep/d.md"])
            build.Place.Write(file, file);
        File.CreateSymbolicLink(Path.Combine(build.Place.Project, "link"), "deep/d.md");
        async Task<string> SelectAsync(LocalSourceOptions local) => string.Join(' ', (await build.MakeAsync(LlbSource.Local("project", VertexOptions.None, local))).Files());

        Assert.Equal("a.txt b.txt deep/c.txt", await SelectAsync(new LocalSourceOptions { IncludePatterns = ["**/*.txt"] }));
        Assert.Equal("b.txt deep/c.txt deep/d.md link", await SelectAsync(new LocalSourceOptions { ExcludePatterns = ["a.*"] }));
        Assert.Equal("deep/d.md link", await SelectAsync(new LocalSourceOptions { FollowPaths = ["link"] }));
        Assert.Equal("a.txt", await SelectAsync(new LocalSourceOptions { IncludePatterns = ["*.txt"], ExcludePatterns = ["b.txt"], SharedKeyHint = "hint", Differ = "none" }));
    }

    private sealed class Built : IAsyncDisposable, ISecretProvider
    {
        private readonly BuildkitClient _client;
        private int _number;

        private Built(Workplace place, BuildkitClient client) => (Place, _client) = (place, client);

        public Workplace Place { get; }

        public static async Task<Built> CreateAsync(BaseImageRegistry bases)
        {
            var place = await Workplace.CreateAsync(bases);
            return new Built(place, await EngineClient.ConnectAsync(place));
        }

        public async Task<TarTree> MakeAsync(LlbOutput? output)
        {
            var archive = Path.Combine(Place.Path, $"result-{Interlocked.Increment(ref _number)}.tar");
            await _client.SolveAsync(
                new SolveOptions
                {
                    Definition = LlbDefinition.Write(output),
                    Exports = [new ExportOptions("tar") { Destination = FileDestination.ForPath(archive) }],
                    LocalDirectories = new Dictionary<string, string> { ["project"] = Place.Project },
                    Secrets = this,
                },
                cancellationToken: TestContext.Current.CancellationToken);
            return TarTree.Read(archive);
        }

        public Task<ReadOnlyMemory<byte>?> GetSecretAsync(string id, CancellationToken cancellationToken) =>
            Task.FromResult<ReadOnlyMemory<byte>?>(id == "key" ? Encoding.UTF8.GetBytes("hidden") : null);

        public async ValueTask DisposeAsync()
        {
            await _client.DisposeAsync();
            await Place.DisposeAsync();
        }
    }
}
