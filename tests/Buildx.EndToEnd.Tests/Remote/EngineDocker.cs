using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>
/// A Docker Engine that has the engine's image and runs it, for all tests that drive it as a builder of the driver
/// <c>docker-container</c>; started when the first of them comes.
/// </summary>
internal sealed class EngineDocker(BaseImageRegistry bases) : IAsyncDisposable
{
    /// <summary>The name that every Buildx gives the builder, so that all of them find the one container.</summary>
    public const string Builder = "container";

    public const string Image = "engine-under-test:v1";

    /// <summary>The image that installs emulators.</summary>
    public const string BinfmtImage = "binfmt-under-test:v1";

    /// <summary>
    /// An OCI runtime that is runc, but gives the image that installs emulators a user namespace: there the kernel has a binfmt_misc for
    /// it alone, so that what it installs is not this machine's.
    /// </summary>
    private const string Runtime = """
        #!/bin/sh
        previous= bundle=
        for word; do
          case $previous in --bundle|-b) bundle=$word ;; esac
          previous=$word
        done
        if [ -n "$bundle" ] && jq -e '.process.args[:2] == ["buildx", "binfmt"]' "$bundle/config.json" >/dev/null; then
          jq '[{containerID: 0, hostID: 0, size: 4294967295}] as $all | .linux += {uidMappings: $all, gidMappings: $all} | .linux.namespaces += [{type: "user"}]' \
            "$bundle/config.json" >"$bundle/config.new"
          mv "$bundle/config.new" "$bundle/config.json"
        fi
        exec runc "$@"

        """;

    private readonly TemporaryDirectory _directory = new();
    private DockerDaemon? _docker;
    private bool _isRunning;

    public async ValueTask DisposeAsync()
    {
        if (_docker is not null)
        {
            // Otherwise the container's own mounts would outlive its daemon.
            await (await DockerAsync()).ExecuteAsync("rm", "--force", "--volumes", $"buildx_buildkit_{Builder}0");
            await _docker.DisposeAsync();
        }
        _directory.Dispose();
    }

    /// <summary>For <c>DOCKER_HOST</c>.</summary>
    public async Task<string> GetHostAsync() => (_docker ??= await StartAsync()).Host;

    /// <summary>Its command line.</summary>
    public async Task<Tool> DockerAsync() => await CliAsync(await GetHostAsync());

    /// <summary>Makes the builder known to a Buildx, and sees to it that it runs.</summary>
    public async Task AddBuilderAsync(RemoteBuildx buildx)
    {
        await CreateBuilderAsync(buildx, Builder);
        if (_isRunning)
            return;
        await buildx.RunAsync("inspect", "--bootstrap", Builder);
        _isRunning = true;
    }

    /// <summary>Describes a builder; nothing runs before somebody needs it.</summary>
    public async Task CreateBuilderAsync(RemoteBuildx buildx, string name, params string[] more)
    {
        var host = await GetHostAsync();
        await buildx.RunAsync([
            "create", "--name", name, "--driver", "docker-container", "--driver-opt", $"image={Image},network=host",
            "--buildkitd-config", _directory.Path + "/buildkitd.toml",
            "--buildkitd-flags", "--oci-worker-labels com.example.a=b --allow-insecure-entitlement security.insecure --allow-insecure-entitlement network.host",
            .. more, host]);
    }

    private static async Task<Tool> CliAsync(string host) =>
        new(Path.Combine(await Peers.GetDirectoryAsync(), "bin", "docker")) { Environment = new Dictionary<string, string?> { ["DOCKER_HOST"] = host } };

    private async Task<DockerDaemon> StartAsync()
    {
        _directory.Write("buildkitd.toml", $"""
            [registry."docker.io"]
              mirrors = ["{bases.Server.Host}"]
            [registry."{bases.Server.Host}"]
              http = true
            """);
        await using (var place = await Workplace.CreateAsync(bases))
        {
            place.Environment["BUILDX_BUILDER"] = "test";
            place.Environment["BUILDX_EXECUTABLE"] = Repository.Executable;
            place.Environment["BINFMT_NAME"] = BinfmtImage;
            await place.Tool(Repository.Root + "/images/engine/make").SucceedAsync(
                _directory.Path + "/engine.tar", Image, "engine", "binfmt", $"--set=binfmt.output=type=docker,dest={_directory.Path}/binfmt.tar");
        }
        var runtime = _directory.Write("runtime", Runtime);
        File.SetUnixFileMode(runtime, (UnixFileMode)0x1ed);
        var docker = await DockerDaemon.StartAsync(
            $$"""{"runtimes":{"apart":{"path":"{{runtime}}"} },"default-runtime":"apart"}""", TestContext.Current.CancellationToken);
        foreach (var archive in (string[])["/engine.tar", "/binfmt.tar"])
        {
            await (await CliAsync(docker.Host)).SucceedAsync("load", "-i", _directory.Path + archive);
            File.Delete(_directory.Path + archive);
        }
        return docker;
    }
}
