using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>eStargz layers beside those that the program of containerd's lazy pulling makes of the same image, and read by it.</summary>
public sealed class EStargzTests(BaseImageRegistry bases)
{
    private const int FooterLength = 51;

    // As hexadecimal digits, where the table is.
    private static readonly Range Offset = 16..32;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Table_and_footer_are_those_that_others_make()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var docker = await DockerDaemon.StartAsync(cancellationToken: Cancellation);
        var containerd = place.Tool(await Peers.GetDirectoryAsync() + "/bin/ctr-remote");
        place.Write("Dockerfile", "FROM busybox:1.36\nCOPY --chown=7:8 tree /tree\nRUN seq 2000000 > /large; mkfifo /pipe; ln -s large /link; ln /large /hard; rm -r /tmp; chmod 4711 /large\n");
        place.Write("tree/ünïcode & more/file", "content");
        place.Write("tree/empty", "");
        await place.BuildAsync("--provenance=false", "-t", "made:gzip", "-o", $"type=oci,dest={place.Path}/gzip.tar,force-compression=true");
        await place.BuildAsync("--provenance=false", "-t", "made:ours", "-o", $"type=oci,dest={place.Path}/ours.tar,compression=estargz,force-compression=true");
        foreach (var archive in new[] { "gzip", "ours" })
            await ContainerdAsync("images", "import", $"{place.Path}/{archive}.tar");

        await ContainerdAsync("images", "convert", "--estargz", "--oci", "docker.io/library/made:gzip", "docker.io/library/made:theirs");

        var (ours, theirs) = (await ReadAsync("ours"), await ReadAsync("theirs"));
        Assert.Equal(3, ours.Count);
        Assert.Equal(theirs, ours);
        Assert.Contains("ünïcode & more/file", ours[1], StringComparison.Ordinal);
        Assert.Contains("\"type\": \"chunk\"", ours[2], StringComparison.Ordinal);

        async Task<List<string>> ReadAsync(string tag)
        {
            var images = await ContainerdAsync("images", "ls", $"name==docker.io/library/made:{tag}");
            var digest = images.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];
            var layers = JsonNode.Parse(await ContainerdAsync("content", "get", digest))!["layers"]!.AsArray();
            var read = new List<string>();
            foreach (var layer in layers)
            {
                digest = layer!["digest"]!.ToString();
                var blob = $"{place.Path}/{digest}";
                await place.Tool("sh").SucceedAsync("-c", "blob=$1; shift; \"$0\" \"$@\" > \"$blob\"", containerd.Name, blob, "-a", docker.ContainerdSocket, "content", "get", digest);
                Assert.Equal(layer["annotations"]!["containerd.io/snapshot/stargz/toc.digest"]!.ToString(), (await ContainerdAsync("images", "get-toc-digest", digest)).Trim());
                Assert.Equal(
                    layer["annotations"]!["io.containers.estargz.uncompressed-size"]!.ToString(), (await place.Tool("sh").SucceedAsync("-c", "gzip -dc \"$0\" | wc -c", blob)).Output.Trim());
                var footer = (await File.ReadAllBytesAsync(blob, Cancellation))[^FooterLength..];
                footer.AsSpan(Offset).Clear();
                read.Add(Convert.ToHexString(footer) + Comparable(JsonNode.Parse(await ContainerdAsync("images", "get-toc-digest", "--dump-toc", digest))!));
            }
            return read;
        }

        async Task<string> ContainerdAsync(params string[] arguments) => (await containerd.SucceedAsync(["-a", docker.ContainerdSocket, .. arguments])).Output;
    }

    /// <summary>
    /// Without where something begins, which depends on how well the rest was compressed, and without the file that the other program adds to
    /// say that nothing is to be fetched in advance: ours, as BuildKit's, have the files of the build alone.
    /// </summary>
    private static string Comparable(JsonNode table)
    {
        var entries = table["entries"]!.AsArray();
        if (entries[0]!["name"]!.ToString() == ".no.prefetch.landmark")
            entries.RemoveAt(0);
        foreach (var entry in entries)
            entry!.AsObject().Remove("offset");
        return table.ToJsonString(new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
