using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>Programs that other people use with images: each reads a variant to its last byte, and runs it where it can.</summary>
internal sealed partial class ImageReaders(DockerDaemon docker, DockerDaemon containerd, string peers, string directory)
{
    // Podman's default limits are above what a machine may allow, and its crun refuses some arrangements of cgroups.
    private static readonly string[] Run = ["run", "--rm", "--network=none", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024", "--runtime=runc"];

    private readonly string[] _podman = ["--root", directory + "/podman", "--runroot", directory + "/podman-run", "--cgroup-manager=cgroupfs"];

    /// <summary>By name, those that can be given a variant of this kind at all.</summary>
    public IReadOnlyDictionary<string, Func<ExporterResult, Task>> For(ExporterKind kind) => kind switch
    {
        ExporterKind.Push => new Dictionary<string, Func<ExporterResult, Task>>
        {
            ["skopeo"] = CopyFromRegistryAsync,
            ["umoci"] = UnpackFromRegistryAsync,
            ["docker"] = result => PullAsync(docker, result),
            ["docker with containerd's store"] = result => PullAsync(containerd, result),
            ["podman"] = PullWithPodmanAsync,
            ["imagetools"] = InspectAsync,
        },
        ExporterKind.Files or ExporterKind.FilesArchive => new Dictionary<string, Func<ExporterResult, Task>> { ["docker"] = ImportAsync },
        _ => new Dictionary<string, Func<ExporterResult, Task>>
        {
            ["skopeo"] = CopyAsync,
            ["umoci"] = result => UnpackAsync(result, result.Layout, TagOf(result)),
            ["docker"] = result => LoadAsync(docker, result),
            ["docker with containerd's store"] = result => LoadAsync(containerd, result),
            ["podman"] = LoadIntoPodmanAsync,
        },
    };

    private async Task CopyFromRegistryAsync(ExporterResult result)
    {
        await Tool.RunAsync("skopeo", "inspect", "--no-tags", "--tls-verify=false", $"docker://{result.Reference}");
        await Tool.RunAsync("skopeo", "copy", "--quiet", "--all", "--src-tls-verify=false", $"docker://{result.Reference}", $"dir:{result.Destination}.skopeo");
    }

    private static Task CopyAsync(ExporterResult result)
    {
        // What an archive has only one of needs no name.
        var source = result.Variant.Kind switch
        {
            ExporterKind.DockerArchive => $"docker-archive:{result.Destination}",
            ExporterKind.OciArchive => $"oci-archive:{result.Destination}{(result.Names.Count > 1 ? ":" + TagOf(result) : "")}",
            _ => $"oci:{result.Destination}:{TagOf(result)}",
        };
        var all = result.Variant.Kind is ExporterKind.DockerArchive ? (string[])[] : ["--all"];
        return Tool.RunAsync("skopeo", ["copy", "--quiet", .. all, source, $"dir:{result.Destination}.skopeo"]);
    }

    private async Task UnpackFromRegistryAsync(ExporterResult result)
    {
        var layout = result.Destination + ".oci";
        // The image of this platform.
        await Tool.RunAsync("skopeo", "copy", "--quiet", "--src-tls-verify=false", $"docker://{result.Reference}", $"oci:{layout}:1");
        await UnpackAsync(result, layout, "1");
    }

    private static async Task UnpackAsync(ExporterResult result, string layout, string tag)
    {
        await Tool.RunAsync("umoci", "unpack", "--image", $"{layout}:{tag}", result.Destination + ".umoci");
        Assert.Equal(result.Variant.Name, await File.ReadAllTextAsync(result.Destination + ".umoci/rootfs/variant"));
    }

    private async Task PullAsync(DockerDaemon engine, ExporterResult result)
    {
        await DockerAsync(engine, "pull", "--quiet", result.Reference);
        Assert.Equal(result.Variant.Name, await DockerAsync(engine, "run", "--rm", "--network=none", result.Reference));
    }

    private async Task LoadAsync(DockerDaemon engine, ExporterResult result)
    {
        var archive = result.Destination;
        if (!result.IsArchive)
            await Tool.RunAsync("tar", "-C", result.Destination, "-cf", archive = $"{result.Destination}.{(engine == docker ? "classic" : "containerd")}.tar", ".");
        var loaded = await DockerAsync(engine, "load", "--quiet", "--input", archive);
        foreach (var image in result.Names.Count > 0 ? result.Names : [LoadedPattern().Match(loaded).Groups[1].Value])
            Assert.Equal(result.Variant.Name, await DockerAsync(engine, "run", "--rm", "--network=none", image));
    }

    private async Task PullWithPodmanAsync(ExporterResult result)
    {
        await Tool.RunAsync("podman", [.. _podman, "pull", "--quiet", "--tls-verify=false", result.Reference]);
        Assert.Equal(result.Variant.Name, await Tool.RunAsync("podman", [.. _podman, .. Run, result.Reference]));
    }

    private async Task LoadIntoPodmanAsync(ExporterResult result)
    {
        var loaded = await Tool.RunAsync("podman", [.. _podman, "load", "--quiet", "--input", result.Destination]);
        Assert.Equal(result.Variant.Name, await Tool.RunAsync("podman", [.. _podman, .. Run, LoadedPattern().Match(loaded).Groups[1].Value]));
    }

    private async Task InspectAsync(ExporterResult result)
    {
        var buildx = new Tool(await Peers.GetBuildxAsync()) { Environment = new Dictionary<string, string?> { ["DOCKER_CONFIG"] = directory, ["BUILDX_CONFIG"] = directory } };
        var image = JsonNode.Parse((await buildx.SucceedAsync("imagetools", "inspect", "--format", """{"manifest":{{json .Manifest}},"provenance":{{json .Provenance}},"sbom":{{json .SBOM}}}""", result.Reference)).Output)!;
        Assert.Equal(result.Digest, image["manifest"]!["digest"]!.ToString());
        Assert.Equal(result.Variant.HasAttestations, image["provenance"] is JsonObject { Count: > 0 });
        if (result.Variant.Arguments.Any(argument => argument.StartsWith("--sbom", StringComparison.Ordinal)))
            Assert.True(image["sbom"] is JsonObject { Count: > 0 });
    }

    private async Task ImportAsync(ExporterResult result)
    {
        var (archive, root) = (result.Destination, ".");
        if (result.Variant.Several || result.Variant.Has("platform-split=true"))
            root = "linux_amd64";
        if (result.Variant.Kind is ExporterKind.Files)
            await Tool.RunAsync("tar", "-C", $"{result.Destination}/{root}", "-cf", archive = result.Destination + ".tar", ".");
        else if (root != ".")
            await Tool.RunAsync("sh", "-c", $"mkdir {archive}.root && tar -xf {archive} -C {archive}.root && tar -C {archive}.root/{root} -cf {archive}.one .", "sh");
        var id = await DockerAsync(docker, "import", root != "." && result.Variant.Kind is ExporterKind.FilesArchive ? archive + ".one" : archive);
        Assert.Equal(result.Variant.Name, await DockerAsync(docker, "run", "--rm", "--network=none", id.Trim(), "cat", "/variant"));
    }

    private async Task<string> DockerAsync(DockerDaemon engine, params string[] arguments) => (await new Tool(Path.Combine(peers, "bin/docker"))
    {
        Environment = new Dictionary<string, string?> { ["DOCKER_HOST"] = engine.Host, ["DOCKER_CONFIG"] = directory },
    }.SucceedAsync(arguments)).Output;

    private static string TagOf(ExporterResult result) => result.Names is [var name, ..] ? name[(name.LastIndexOf(':') + 1)..] : "latest";

    [GeneratedRegex(@"Loaded image(?: ID)?: (\S+)")]
    private static partial Regex LoadedPattern();
}
