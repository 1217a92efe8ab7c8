using Buildx.Engine.ContentHashing;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Engine.Tests.Sources.Local;
using Buildx.Protocol.Pb;
using Buildx.TestSupport;
using Google.Protobuf;

namespace Buildx.Engine.Tests.Operations.Files;

public sealed class FileOperationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestLayers _layers;

    public FileOperationTests() => _layers = new TestLayers(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Actions_that_continue_each_other_make_one_layer()
    {
        var operation = FileOperation.Parse(
            new FileOp { Actions = { MakeFile(-1, -1, "/a", "1"), MakeFile(0, -1, "/b", "2"), MakeFile(1, 0, "/c", "3") } }, inputCount: 0);
        var result = Assert.Single(await operation.RunAsync([], _layers, null, TestContext.Current.CancellationToken));
        Assert.Single(result.Layers);
        Assert.Equal(["a", "b", "c"], Names(result));
    }

    [Fact]
    public async Task An_intermediate_result_can_be_an_output_and_a_source()
    {
        var copy = new FileAction { Input = 0, SecondaryInput = 1, Output = 1, Copy = new FileActionCopy { Src = "/a", Dest = "/copy", Mode = -1, Timestamp = -1, CreateDestPath = true } };
        var operation = FileOperation.Parse(new FileOp { Actions = { MakeFile(0, 0, "/a", "1"), copy } }, inputCount: 1);
        Assert.Null(operation.GetContentSelections(0));
        var results = await operation.RunAsync(
            [new SnapshotTree(Snapshot.Empty, _layers)], _layers, null, TestContext.Current.CancellationToken);
        Assert.Equal(["a"], Names(results[0]));
        Assert.Equal(["copy"], Names(results[1]));
    }

    [Fact]
    public void A_copy_depends_on_what_it_copies_and_on_the_account_files_it_asks()
    {
        var copy = new FileAction
        {
            Input = 0,
            SecondaryInput = 1,
            Copy = new FileActionCopy
            {
                Src = "/src/*.go",
                Dest = "/",
                AllowWildcard = true,
                Mode = -1,
                DirCopyContents = true,
                ExcludePatterns = { "x" },
                Owner = new ChownOpt { User = new UserOpt { ByName = new NamedUserOpt { Name = "app", Input = 2 } } },
            },
        };
        var operation = FileOperation.Parse(new FileOp { Actions = { copy } }, inputCount: 4);
        Assert.Null(operation.GetContentSelections(0));
        var selection = Assert.Single(operation.GetContentSelections(1)!.Value);
        Assert.Equal(("/src/*.go", true, true), (selection.Path, selection.AllowWildcard, selection.ContentsOnly));
        Assert.Equal("/etc/passwd", Assert.Single(operation.GetContentSelections(2)!.Value).Path);
        Assert.Empty(operation.GetContentSelections(3)!.Value);
    }

    [Fact]
    public void The_content_key_forgets_where_the_source_lies()
    {
        var one = Parse("/a/f");
        var two = Parse("/b/f");
        Assert.NotEqual(one.DefinitionKey, two.DefinitionKey);
        Assert.Equal(one.ContentKey, two.ContentKey);
        Assert.NotEqual(one.ContentKey, Parse("/a/g").ContentKey);

        static FileOperation Parse(string source) => FileOperation.Parse(
            new FileOp { Actions = { new FileAction { Input = 0, SecondaryInput = 1, Copy = new FileActionCopy { Src = source, Dest = "/", Mode = -1 } } } }, 2);
    }

    [Fact]
    public void Operations_that_make_no_sense_are_refused()
    {
        Assert.Throws<FileOperationException>(() => FileOperation.Parse(new FileOp(), 0));
        Assert.Throws<FileOperationException>(() => FileOperation.Parse(new FileOp { Actions = { MakeFile(0, 0, "/a", "") } }, 0));
        Assert.Throws<FileOperationException>(() => FileOperation.Parse(new FileOp { Actions = { MakeFile(-1, 1, "/a", "") } }, 0));
        var error = Assert.Throws<FileOperationException>(() => FileOperation.Parse(
            new FileOp { Actions = { new FileAction { Input = -1, SecondaryInput = -1, Rm = new FileActionRm { Path = "/" } } } }, 0));
        Assert.Equal(0, error.ActionIndex);
    }

    private static FileAction MakeFile(long input, long output, string path, string data) => new()
    {
        Input = input,
        SecondaryInput = -1,
        Output = output,
        Mkfile = new FileActionMkFile { Path = path, Mode = 0x1a4, Data = ByteString.CopyFromUtf8(data), Timestamp = -1 },
    };

    private IEnumerable<string?> Names(Snapshot snapshot) =>
        Directory.EnumerateFileSystemEntries(_layers.PathOf(snapshot)).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
