using System.Formats.Tar;
using System.IO.Pipelines;
using System.Text;
using Buildx.Cli.Building;

namespace Buildx.Cli.Tests.Building;

public sealed class LayerFilterContentTests
{
    private const string First = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    private const string Second = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
    private const string Manifest = """[{"Config":"blobs/config","RepoTags":["a:b"],"Layers":["blobs/one","blobs/two","blobs/one"]}]""";

    private static readonly string Config = $$"""{"rootfs":{"type":"layers","diff_ids":["{{First}}","{{Second}}","{{First}}"]} }""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_engine_has_is_left_out_and_the_rest_goes_as_it_came()
    {
        var chain = LayerChain.Of([First, Second, First]);

        Assert.Equal(["manifest.json", "blobs/config", "blobs/", "blobs/one", "index.json"], await SendAsync([chain[0], chain[1]]));
        Assert.Equal(["manifest.json", "blobs/config", "blobs/", "index.json"], await SendAsync([.. chain]));
        Assert.Equal(["manifest.json", "blobs/config", "blobs/", "blobs/one", "blobs/two", "index.json"], await SendAsync([Second]));
        Assert.Equal(["manifest.json", "blobs/config", "blobs/", "blobs/one", "blobs/two", "index.json"], await SendAsync([]));
    }

    [Fact]
    public async Task An_archive_that_tells_its_layers_last_is_sent_whole()
    {
        var chain = LayerChain.Of([First, Second, First]);

        Assert.Equal(["index.json", "blobs/two", "blobs/one", "blobs/", "blobs/config", "manifest.json"], await SendAsync([.. chain], reversed: true));
    }

    private static async Task<IReadOnlyList<string>> SendAsync(HashSet<string> known, bool reversed = false)
    {
        var pipe = new Pipe();
        var writing = WriteAsync(pipe.Writer, reversed);
        using var content = new LayerFilterContent(pipe.Reader.AsStream(), known);
        // As a connection, which cannot go back.
        var connection = new Pipe();
        var sending = SendAsync(content, connection.Writer);
        var names = new List<string>();
        await using var reader = new TarReader(connection.Reader.AsStream());
        while (await reader.GetNextEntryAsync(cancellationToken: Cancellation) is { } entry)
            names.Add(entry.Name);
        await writing;
        await sending;
        return names;
    }

    private static async Task SendAsync(LayerFilterContent content, PipeWriter connection)
    {
        await using var stream = connection.AsStream();
        await content.CopyToAsync(stream, Cancellation);
    }

    private static async Task WriteAsync(PipeWriter output, bool reversed)
    {
        (string Name, string Text)[] files = [("manifest.json", Manifest), ("blobs/config", Config), ("blobs/", ""), ("blobs/one", "one"), ("blobs/two", "two"), ("index.json", "{}")];
        await using (var stream = output.AsStream())
        {
            await using var tar = new TarWriter(stream, TarEntryFormat.Gnu);
            foreach (var (name, text) in reversed ? files.Reverse() : files)
            {
                await tar.WriteEntryAsync(
                    name.EndsWith('/') ? new GnuTarEntry(TarEntryType.Directory, name)
                        : new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) },
                    Cancellation);
            }
        }
    }
}
