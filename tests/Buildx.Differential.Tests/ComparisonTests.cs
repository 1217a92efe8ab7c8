using System.Formats.Tar;
using System.Text;
using Buildx.Differential.Tests.Comparing;
using Buildx.Differential.Tests.Images;
using Buildx.Differential.Tests.Reading;

namespace Buildx.Differential.Tests;

/// <summary>A comparison that sees nothing would pass everything.</summary>
public sealed class ComparisonTests
{
    private static readonly Action<PaxTarEntry> Nothing = _ => { };

    [Theory]
    [InlineData("files.mode")]
    [InlineData("files.owner")]
    [InlineData("files.content")]
    [InlineData("files.mtime")]
    public void Each_property_of_a_file_is_compared(string aspect)
    {
        var changed = TreeOf(("f", entry =>
        {
            switch (aspect)
            {
                case "files.mode":
                    entry.Mode = UnixFileMode.UserRead;
                    break;
                case "files.owner":
                    entry.Gid = 7;
                    break;
                case "files.content":
                    entry.DataStream = new MemoryStream("other"u8.ToArray());
                    break;
                default:
                    entry.ModificationTime = DateTimeOffset.UnixEpoch;
                    break;
            }
        }
        ));
        Assert.Equal([aspect], TreeComparison.Compare(changed, TreeOf(("f", Nothing))).Select(difference => difference.Aspect));
    }

    [Fact]
    public void The_same_files_do_not_differ_and_missing_ones_do()
    {
        Assert.Empty(TreeComparison.Compare(TreeOf(("f", Nothing)), TreeOf(("f", Nothing))));
        Assert.Equal(["files.existence"], TreeComparison.Compare(TreeOf(("f", Nothing)), TreeOf(("f", Nothing), ("g", Nothing))).Select(difference => difference.Aspect));
    }

    [Fact]
    public void A_layer_takes_files_away()
    {
        var tree = TreeOf(("d/a", Nothing), ("d/b", Nothing), ("e/c", Nothing), ("f", Nothing));
        Assert.Equal(["d/b", "f"], tree.Apply(LayerOf(("d/.wh.a", Nothing), (".wh.e", Nothing))).Nodes.Keys);
        Assert.Equal(["d/x", "e/c", "f"], tree.Apply(LayerOf(("d/.wh..wh..opq", Nothing), ("d/x", Nothing))).Nodes.Keys);
    }

    [Fact]
    public void Cases_are_read_with_their_lines_and_sections()
    {
        var read = Assert.Single(CaseFile.Parse("group", """
            # about the group
            === The name
            arguments: --build-arg 'A=b c' --target x
            both say: wrong
            --- Dockerfile [crlf]
            FROM x

            --- a file
            text
            --- (setup)
            ln -s a b
            --- (image base:1)
            FROM y
            """));

        Assert.Equal("group: The name", read.Id);
        Assert.Equal(["--build-arg", "A=b c", "--target", "x"], read.Arguments);
        Assert.Equal(("wrong", "wrong"), (read.TheirError, read.OurError));
        Assert.Equal("FROM x\r\n", read.Files["Dockerfile"]);
        Assert.Equal("text\n", read.Files["a file"]);
        Assert.Equal("ln -s a b\n", read.Setup);
        Assert.Equal("FROM y\n", read.BaseImages["base:1"]);
    }

    [Fact]
    public void The_table_is_read()
    {
        var table = KnownDifferences.Read(["| case | aspects | why |", "| --- | --- | --- |", "| `group: The name` | `files.mode, place` | because |"]);
        Assert.Equal(["files.mode", "place"], table["group: The name"]);
    }

    private static FileTree TreeOf(params (string Name, Action<PaxTarEntry> Change)[] files) => new FileTree().Apply(LayerOf(files));

    private static Layer LayerOf(params (string Name, Action<PaxTarEntry> Change)[] files)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, change) in files)
            {
                var entry = new PaxTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes("text")),
                    ModificationTime = BuildTimes.OfContexts,
                };
                change(entry);
                writer.WriteEntry(entry);
            }
        }
        return Layer.Read(tar.ToArray());
    }
}
