using System.Text.Json.Nodes;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>eStargz layers beside those of BuildKit, and read by the program that containerd's lazy pulling comes with.</summary>
public sealed class EStargzTests(BaseImageRegistry bases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_table_is_that_of_BuildKit_and_is_found_by_others()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var docker = await DockerDaemon.StartAsync($$"""{"features":{"containerd-snapshotter":true},"registry-mirrors":["http://{{bases.Server.Host}}"]}""", Cancellation);
        place.Environment["DOCKER_HOST"] = docker.Host;
        place.Write("Dockerfile", "FROM busybox:1.36\nCOPY --chown=7:8 tree /tree\nRUN --network=none seq 2000000 > /large; mkfifo /pipe; ln -s large /link; ln /large /hard; rm -r /tmp; chmod 4711 /large\n");
        place.Write("tree/ünïcode & more/file", "content");
        place.Write("tree/empty", "");
        string[] output = ["--provenance=false", "--build-arg", "SOURCE_DATE_EPOCH=1700000000"];
        var peers = await Peers.GetDirectoryAsync();

        var tables = new List<string>();
        foreach (var builder in new[] { "test", "default" })
        {
            await place.BuildAsync([.. output, "--builder", builder, "-o", $"type=oci,tar=false,dest={place.Path}/{builder},compression=estargz,force-compression=true,rewrite-timestamp=true"]);
            var manifest = JsonNode.Parse(await Tool.RunAsync("skopeo", "inspect", "--raw", $"oci:{place.Path}/{builder}"))!;
            var read = "";
            foreach (var layer in manifest["layers"]!.AsArray())
            {
                var digest = layer!["digest"]!.ToString();
                var blob = $"{place.Path}/{builder}/blobs/{digest.Replace(':', '/')}";
                await place.Tool("sh").SucceedAsync("-c", "exec \"$@\" < \"$0\"", blob, peers + "/bin/ctr-remote", "-a", docker.ContainerdSocket, "content", "ingest", "--expected-digest", digest, digest);
                var table = await place.Tool(peers + "/bin/ctr-remote").SucceedAsync("-a", docker.ContainerdSocket, "images", "get-toc-digest", "--dump-toc", digest);
                var tocDigest = await place.Tool(peers + "/bin/ctr-remote").SucceedAsync("-a", docker.ContainerdSocket, "images", "get-toc-digest", digest);
                Assert.Equal(layer["annotations"]!["containerd.io/snapshot/stargz/toc.digest"]!.ToString(), tocDigest.Output.Trim());
                read += Comparable(JsonNode.Parse(table.Output)!);
                Assert.Equal(
                    layer["annotations"]!["io.containers.estargz.uncompressed-size"]!.ToString(),
                    (await place.Tool("sh").SucceedAsync("-c", "gzip -dc < \"$0\" | wc -c", blob)).Output.Trim());
            }
            tables.Add(read);
        }
        Assert.Equal(tables[1], tables[0]);
        Assert.Contains("ünïcode & more/file", tables[0], StringComparison.Ordinal);
        Assert.Contains("\"type\": \"chunk\"", tables[0], StringComparison.Ordinal);
    }

    /// <summary>Without where something begins, which depends on how well the rest was compressed.</summary>
    private static string Comparable(JsonNode table)
    {
        foreach (var entry in table["entries"]!.AsArray())
            entry!.AsObject().Remove("offset");
        return table.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
