using Buildx.Engine.Operations.Files;
using Buildx.Engine.Operations.Files.Repeating;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Engine.Tests.Storage;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Protocol.Pb;
using Buildx.TestSupport;
using Microsoft.Data.Sqlite;

namespace Buildx.Engine.Tests.Operations.Files;

/// <summary>A copy that goes on from what it made before makes the same as one that makes everything.</summary>
public sealed class RepeatedCopyTests : IAsyncLifetime
{
    // Files that were written just now are never taken for unchanged, so here it is always later.
    private readonly CopyHistory _history = new(new LaterTime());
    private readonly TemporaryDirectory _source = new();
    private StorageFixture _fixture = null!;
    private Snapshot _base = Snapshot.Empty;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fixture = await StorageFixture.CreateAsync();
        _base = await _fixture.AppendAsync(Snapshot.Empty, path =>
        {
            Directory.CreateDirectory(path + "/out/d1");
            File.WriteAllText(path + "/out/d1/below", "of the base");
            File.WriteAllText(path + "/out/f1", "of the base");
        });
        await EditAsync("for d in d1 d2 d2/d3; do mkdir -p $d; for f in 1 2 3 4 5; do echo $d $f > $d/f$f; done; done; echo top > f1; ln -s f1 link");
    }

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        _source.Dispose();
    }

    [Theory]
    [InlineData("nothing", "true", true)]
    [InlineData("a file's content", "echo new > d2/f1", true)]
    [InlineData("a file's content, but neither size nor time", "echo D2 1 > d2/f1.new; touch -r d2/f1 d2/f1.new; mv d2/f1.new d2/f1", true)]
    [InlineData("a file's mode", "chmod 700 d2/d3/f2", true)]
    [InlineData("a file's time", "touch -d 2001-01-01 d2/d3/f2", true)]
    [InlineData("a directory's mode", "chmod 700 d2", true)]
    [InlineData("a directory's time", "touch -d 2001-01-01 d2", true)]
    [InlineData("the top directory's time", "touch -d 2001-01-01 .", true)]
    [InlineData("a new file", "echo new > d2/d3/new", true)]
    [InlineData("a new directory", "mkdir -p d4/d5; echo new > d4/d5/new", true)]
    [InlineData("where a link points", "ln -sfn d1/f2 link", true)]
    [InlineData("a file is gone", "rm d2/f1", false)]
    [InlineData("a directory is gone", "rm -r d2", false)]
    [InlineData("a file has another name", "mv d2/f1 d2/g1", false)]
    [InlineData("a directory is a file", "rm -r d2; echo file > d2", false)]
    [InlineData("a link is a file", "rm link; echo file > link", false)]
    [InlineData("a file has a second name", "ln d2/f1 d2/f1b", false)]
    [InlineData("everything", "find . -type f -exec sh -c 'for f; do seq 100 > $f; done' - {} +; for i in $(seq 90); do echo $i > d1/n$i; done", false)]
    public async Task After_a_change_the_layer_is_the_same(string what, string script, bool goesOn)
    {
        Assert.NotEmpty(what);
        await CompareAsync();
        await EditAsync(script);
        var layer = await CompareAsync();
        Assert.Equal(goesOn, GoesOn(layer));
        // And once more, from there.
        await EditAsync("echo again > d9; mkdir -p d8; echo again > d8/f");
        await CompareAsync();
    }

    [Fact]
    public async Task An_attribute_that_was_given_is_in_the_layer()
    {
        await CompareAsync();
        using (var file = FileSystem.OpenAt(null, _source.Path + "/d1/f3", OpenFlags.ReadOnly))
            ExtendedAttributes.Set(file, "user.mark", "1"u8);
        Assert.True(GoesOn(await CompareAsync()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_any_changes_the_layer_is_the_same(int seed)
    {
        var random = new Random(seed);
        await CompareAsync();
        var added = 0;
        for (var step = 0; step < 25; step++)
        {
            string[] names = ["d1/f1", "d1/f2", "d2/f3", "d2/d3/f4", "f1", "new1", "d2/new2", "link"];
            string Pick() => names[random.Next(names.Length)];
            await EditAsync(string.Join('\n', Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(8) switch
            {
                0 => $"rm -rf {Pick()}",
                1 => $"chmod {(random.Next(2) == 0 ? "600" : "755")} d2/d3 f1 2>/dev/null || true",
                2 => $"touch -d @{random.Next(1_000_000_000)} d1 d2",
                3 => $"mkdir -p d2/e{random.Next(3)}",
                _ => $"p={Pick()}; mkdir -p $(dirname $p); rm -f $p; echo {random.Next()} > $p",
            })));
            added += GoesOn(await CompareAsync()) ? 1 : 0;
        }
        Assert.InRange(added, 3, 24);
    }

    [Fact]
    public async Task What_it_goes_on_from_stays_as_long_as_it_is_needed_and_survives_a_restart()
    {
        var first = (await RunAsync(_history)).Layers[^1];
        await EditAsync("echo new > d2/f1");
        var second = await RunAsync(_history);

        _fixture.Layers.Discard(first);
        Assert.True(_fixture.Layers.IsAvailable(new Snapshot([first])));
        await _fixture.ReopenAsync();
        await _fixture.ReadAsync(second, path => Assert.Equal(("new\n", "d1 2\n"), (File.ReadAllText(path + "/out/d2/f1"), File.ReadAllText(path + "/out/d1/f2"))));
        _fixture.Layers.Discard(first);
        Assert.True(_fixture.Layers.IsAvailable(second));

        _fixture.Layers.Discard(second.Layers[^1]);
        _fixture.Layers.Discard(first);
        Assert.False(_fixture.Layers.IsAvailable(new Snapshot([first])));
        Assert.False(_fixture.Layers.IsAvailable(second));
    }

    [Fact]
    public async Task Pruning_takes_both_and_never_only_what_the_other_needs()
    {
        var first = await RunAsync(_history);
        _fixture.Store.Records.Save(EngineStorageTests.Record("one", first, createdAt: _fixture.Time.GetUtcNow()), []);
        await EditAsync("echo new > d2/f1");
        _fixture.Time.Advance(TimeSpan.FromMinutes(10));
        var second = await RunAsync(_history);
        _fixture.Store.Records.Save(EngineStorageTests.Record("two", second, createdAt: _fixture.Time.GetUtcNow()), []);

        Assert.Empty(await PruneAsync(new UsageFilter(["description==one"])));
        Assert.True(_fixture.Layers.IsAvailable(second));
        var removed = await PruneAsync(UsageFilter.None);
        Assert.Equal(["two", "one"], removed.Where(description => description is "one" or "two"));
        Assert.False(_fixture.Layers.IsAvailable(first));

        // Whoever copies next makes everything.
        _base = await _fixture.AppendAsync(Snapshot.Empty, path => Directory.CreateDirectory(path + "/out"));
        Assert.False(GoesOn((await RunAsync(_history)).Layers[^1]));
    }

    private async Task<IReadOnlyList<string>> PruneAsync(UsageFilter filter)
    {
        var removed = new List<string>();
        await _fixture.Store.PruneAsync([new PrunePolicy(filter, All: true)], usage => removed.Add(usage.Description), Token);
        return removed;
    }

    private bool GoesOn(LayerId layer)
    {
        using var database = new SqliteConnection($"Data Source={_fixture.Root}/state.db;Mode=ReadOnly;Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = $"SELECT continues IS NOT NULL FROM layers WHERE id={layer.Value}";
        return command.ExecuteScalar() is 1L;
    }

    /// <summary>Copies in both ways.</summary>
    private async Task<LayerId> CompareAsync()
    {
        var (added, whole) = (await RunAsync(_history), await RunAsync(null));
        Assert.Equal(Convert.ToHexString(await _fixture.GetTarAsync(whole.Layers[^1])), Convert.ToHexString(await _fixture.GetTarAsync(added.Layers[^1])));
        Assert.Equal(await ListAsync(whole), await ListAsync(added));
        return added.Layers[^1];
    }

    private async Task<Snapshot> RunAsync(CopyHistory? history)
    {
        var operation = FileOperation.Parse(
            new FileOp
            {
                Actions =
                {
                    new FileAction
                    {
                        Input = 0,
                        SecondaryInput = 1,
                        Copy = new FileActionCopy { Src = "/", Dest = "/out/", Mode = -1, Timestamp = -1, DirCopyContents = true, CreateDestPath = true, FollowSymlink = true },
                    },
                },
            },
            inputCount: 2);
        return (await operation.RunAsync([new SnapshotTree(_base, _fixture.Layers), new Files(_source.Path)], _fixture.Layers, history, Token))[0];
    }

    private async Task<string> ListAsync(Snapshot snapshot)
    {
        var list = "";
        await _fixture.ReadAsync(snapshot, path => list = new Tool("sh").SucceedAsync(
            "-ec", $"cd {path}; find . -mindepth 1 -printf '%p %y %m %U:%G %T@ %l\\n' | sort; find . -type f -exec sha256sum {{}} + | sort").GetAwaiter().GetResult().Output);
        return list;
    }

    private Task EditAsync(string script) => new Tool("sh") { WorkingDirectory = _source.Path }.SucceedAsync("-euc", script);

    private sealed class LaterTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddHours(1);
    }

    private sealed class Files(string path) : IFileOperationInput, IOpenTree
    {
        public FileTree Tree { get; } = new(path) { KeepsInodes = true };

        public ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken) => new(this);

        public ValueTask<Snapshot> GetSnapshotAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
