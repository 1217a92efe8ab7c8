using System.Text.Json.Nodes;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>Several outputs and several builds beside each other, with our engine and with BuildKit's own.</summary>
public sealed class OutputDirectoriesTests(BaseImageRegistry bases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Builds_into_one_layout_keep_each_others_images(bool withBuildKit)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var docker = await DockerDaemon.StartAsync($$"""{"features":{"containerd-snapshotter":true},"registry-mirrors":["http://{{bases.Server.Host}}"]}""", Cancellation);
        if (withBuildKit)
        {
            place.Environment["DOCKER_HOST"] = docker.Host;
            place.Environment["BUILDX_BUILDER"] = "default";
        }
        place.Write("Dockerfile", "FROM busybox:1.36\nARG WHAT\nCOPY Dockerfile /$WHAT\n");

        foreach (var (what, tag) in new[] { ("a", "one:1"), ("b", "two:1"), ("c", "one:1") })
            await place.BuildAsync("--provenance=false", "--build-arg", $"WHAT={what}", "-t", tag, "-o", $"type=oci,tar=false,dest={place.Path}/layout");
        await place.BuildAsync("--provenance=false", "--build-arg", "WHAT=d", "-o", $"type=oci,tar=false,dest={place.Path}/layout", "-o", "type=cacheonly");

        var entries = JsonNode.Parse(await File.ReadAllTextAsync(place.Path + "/layout/index.json", Cancellation))!["manifests"]!.AsArray();
        Assert.Equal(
            ["docker.io/library/two:1 1", "docker.io/library/one:1 1", " latest"],
            entries.Select(entry => $"{entry!["annotations"]!["io.containerd.image.name"]} {entry["annotations"]!["org.opencontainers.image.ref.name"]}"));
        Assert.False(File.Exists(place.Path + "/layout/index.json.lock"));
        await Tool.RunAsync("skopeo", "copy", $"oci:{place.Path}/layout:latest", $"dir:{place.Path}/copied");
    }

    [Fact]
    public async Task Targets_of_bake_may_go_into_one_layout()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nARG WHAT\nCOPY Dockerfile /$WHAT\n");
        place.Write("docker-bake.json", """
            {
              "group": { "default": { "targets": ["app"] } },
              "target": {
                "app": { "name": "app-${what}", "matrix": { "what": ["a", "b", "c"] }, "args": { "WHAT": "${what}" }, "tags": ["${what}:1"], "output": ["type=oci,tar=false,dest=layout"], "attest": ["type=provenance,disabled=true"] }
              }
            }
            """);

        await place.BuildxAsync("bake", "--progress=plain");

        var entries = JsonNode.Parse(await File.ReadAllTextAsync(place.Project + "/layout/index.json", Cancellation))!["manifests"]!.AsArray();
        Assert.Equal(["a:1", "b:1", "c:1"], entries.Select(entry => entry!["annotations"]!["io.containerd.image.name"]!.ToString()["docker.io/library/".Length..]).Order());
        Assert.Equal(3, entries.Select(entry => entry!["digest"]!.ToString()).Distinct().Count());
    }

    [Fact]
    public async Task Every_exporter_writes_its_part_of_one_build()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var image = $"{bases.Server.Host}/outputs/{Guid.NewGuid():n}:1";
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo made > /made\n");

        await place.BuildAsync(
            "--provenance=false", "-t", image,
            "-o", "type=registry", "-o", $"type=oci,tar=false,dest={place.Path}/layout,compression=zstd,force-compression=true", "-o", $"type=oci,dest={place.Path}/oci.tar",
            "-o", $"type=docker,dest={place.Path}/docker.tar", "-o", $"type=local,dest={place.Path}/files", "-o", $"type=tar,dest={place.Path}/files.tar");

        Assert.Equal("made\n", await File.ReadAllTextAsync(place.Path + "/files/made", Cancellation));
        Assert.Equal("made\n", await Tool.RunAsync("tar", "-xOf", place.Path + "/files.tar", "made"));
        foreach (var source in new[] { $"oci:{place.Path}/layout", $"oci-archive:{place.Path}/oci.tar", $"docker-archive:{place.Path}/docker.tar", $"docker://{image}" })
            await Tool.RunAsync("skopeo", "copy", "--src-tls-verify=false", source, $"dir:{place.Path}/copied-{source.Split(':')[0]}");
        // What the answer speaks of is another output's image.
        var manifest = await Tool.RunAsync("skopeo", "inspect", "--raw", $"oci:{place.Path}/layout");
        Assert.Equal(2, manifest.Split("+zstd").Length - 1);
    }

    [Theory]
    [InlineData("type=oci,tar=false", "tar=false writes a directory: add dest=DIR")]
    [InlineData("type=docker,tar=false,dest=-", "tar=false writes a directory: add dest=DIR")]
    [InlineData("type=oci,tar=false,dest=Dockerfile", "Dockerfile is a file, and type=oci,tar=false writes a directory")]
    [InlineData("type=local,dest=..,mode=delete", "which is not below the working directory: allow it with --allow=buildx.local.delete")]
    [InlineData("type=local,dest=.,mode=delete", "which is not below the working directory")]
    public async Task What_cannot_be_written_is_said_before_the_build(string output, string message)
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
        var result = await place.Tool(Repository.Executable).ExecuteAsync("build", "-o", output, ".");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(message, result.All, StringComparison.Ordinal);
        Assert.True(File.Exists(place.Project + "/Dockerfile"));
    }

    [Fact]
    public async Task What_the_build_does_not_have_goes_where_it_is_asked_for()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch\nCOPY Dockerfile /kept/\n");
        foreach (var directory in new[] { "out", "../outside" })
        {
            place.Write(directory + "/old/file", "old");
            place.Write(directory + "/kept/old", "old");
        }

        await place.BuildAsync("-o", "type=local,dest=out,mode=copy");
        Assert.True(File.Exists(place.Project + "/out/old/file"));
        await place.BuildAsync("-o", "type=local,dest=out,mode=delete");
        await place.BuildAsync("-o", "type=local,dest=../outside,mode=delete", "--allow", "buildx.local.delete");

        foreach (var directory in new[] { "/out", "/../outside" })
            Assert.Equal(["kept", "kept/Dockerfile"], Directory.GetFileSystemEntries(place.Project + directory, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(place.Project + directory, path)).Order(StringComparer.Ordinal));
    }
}
