using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>Our command line with an engine that runs elsewhere: behind a socket, TCP with mutual TLS, in a container, inside of a Docker Engine.</summary>
[Collection(RemoteCollection.Name)]
public sealed class DriverTests(RemoteBuilder remote)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_remote_builder_is_reached_by_a_socket_and_by_TCP_with_mutual_TLS()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        var daemon = remote.Daemon;
        await place.BuildxAsync("create", "--name", "socket", "--driver", "remote", daemon.UnixAddress);
        await place.BuildxAsync(
            "create", "--name", "far", "--driver", "remote", "--driver-opt",
            $"cacert={daemon.Certificate(TestCertificates.AuthorityFile)},cert={daemon.Certificate(TestCertificates.ClientCertificateFile)},key={daemon.Certificate(TestCertificates.ClientKeyFile)}",
            daemon.TcpAddress);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN cat /proc/sys/kernel/random/uuid > /id\n");

        foreach (var builder in (string[])["socket", "far"])
        {
            Assert.Matches("Status: +running", await place.BuildxAsync("inspect", builder));
            await place.BuildAsync("--builder", builder, "-o", $"type=local,dest={place.Path}/{builder}");
        }

        // It is one engine, which knows what the other name's build has made.
        Assert.Equal(await ReadAsync(place, "socket/id"), await ReadAsync(place, "far/id"));
        Assert.Contains("RUN cat", await place.BuildxAsync("du", "--builder", "far", "--verbose"), StringComparison.Ordinal);
        await place.BuildxAsync("rm", "socket", "far");
        Assert.False(File.Exists(place.Path + "/buildx/instances/far"));
    }

    [Fact]
    public async Task A_remote_builder_that_cannot_be_reached_says_why()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        var daemon = remote.Daemon;
        await place.BuildxAsync("create", "--name", "nobody", "--driver", "remote", $"unix://{place.Path}/nobody.sock");
        await place.BuildxAsync("create", "--name", "stranger", "--driver", "remote", "--driver-opt", $"cacert={daemon.Certificate(TestCertificates.AuthorityFile)}", daemon.TcpAddress);
        place.Write("Dockerfile", "FROM scratch\n");

        Assert.Contains($"no BuildKit answers at unix://{place.Path}/nobody.sock", await FailAsync(place, "build", "--builder", "nobody", "."), StringComparison.Ordinal);
        Assert.Contains($"no BuildKit answers at {daemon.TcpAddress}", await FailAsync(place, "build", "--builder", "stranger", "."), StringComparison.Ordinal);
        Assert.Matches("Status: +inactive", await place.BuildxAsync("inspect", "nobody"));
        Assert.Contains("is no address of a BuildKit", await FailAsync(place, "create", "--driver", "remote", "gopher://host"), StringComparison.Ordinal);
        Assert.Contains("needs the address", await FailAsync(place, "create", "--driver", "remote"), StringComparison.Ordinal);
        Assert.Contains("must be a whole path", await FailAsync(place, "create", "--driver", "remote", "--driver-opt", "cacert=ca.pem", "tcp://127.0.0.1:1"), StringComparison.Ordinal);
        Assert.Contains("TLS needs cacert", await FailAsync(place, "create", "--driver", "remote", "--driver-opt", "cert=/c.pem", "tcp://127.0.0.1:1"), StringComparison.Ordinal);
        Assert.Contains("does not start the daemon", await FailAsync(place, "create", "--driver", "remote", "--buildkitd-flags", "--debug", "tcp://127.0.0.1:1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_builder_in_a_container_is_both_programs()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        var host = await remote.Docker.GetHostAsync();
        place.Environment["DOCKER_HOST"] = host;
        var docker = await place.DockerAsync();
        var theirs = place.Tool(await Peers.GetBuildxAsync());
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN cat /proc/sys/kernel/random/uuid > /id\nCMD [\"cat\", \"/id\"]\n");

        await place.BuildxAsync(
            "create", "--name", "ours", "--driver", "docker-container", "--driver-opt", $"image={EngineDocker.Image},network=host,memory=2g,env.WHO=ours",
            "--buildkitd-config", place.Path + "/buildkitd.toml", "--bootstrap");
        var container = JsonDocument.Parse((await docker.SucceedAsync("inspect", "buildx_buildkit_ours0")).Output).RootElement[0];
        Assert.Equal("host", container.GetProperty("HostConfig").GetProperty("NetworkMode").GetString());
        Assert.Equal(2L << 30, container.GetProperty("HostConfig").GetProperty("Memory").GetInt64());
        Assert.Contains("WHO=ours", container.GetProperty("Config").GetProperty("Env").EnumerateArray().Select(entry => entry.GetString()));

        // What ours has made and built, theirs finds: record, container and cache; and the other way round.
        Assert.Matches("Status: +running", (await theirs.SucceedAsync("inspect", "ours")).Output);
        await place.BuildAsync("--builder", "ours", "--load", "-t", "made:v1");
        var id = (await docker.SucceedAsync("run", "--rm", "--network=none", "made:v1")).Output;
        await theirs.SucceedAsync("build", "--builder", "ours", "-o", $"type=local,dest={place.Path}/theirs", ".");
        Assert.Equal(id, await ReadAsync(place, "theirs/id"));

        await place.BuildxAsync("stop", "ours");
        Assert.Matches("Status: +stopped", await place.BuildxAsync("inspect", "ours"));
        await place.BuildAsync("--builder", "ours", "-o", $"type=local,dest={place.Path}/again");
        Assert.Equal(id, await ReadAsync(place, "again/id"));
        await place.BuildxAsync("rm", "--keep-state", "ours");
        Assert.Contains("buildx_buildkit_ours0_state", (await docker.SucceedAsync("volume", "ls", "-q")).Output, StringComparison.Ordinal);

        await theirs.SucceedAsync(
            "create", "--name", "ours", "--driver", "docker-container", "--driver-opt", $"image={EngineDocker.Image},network=host",
            "--buildkitd-config", place.Path + "/buildkitd.toml");
        await place.BuildAsync("--builder", "ours", "-o", $"type=local,dest={place.Path}/kept");
        Assert.Equal(id, await ReadAsync(place, "kept/id"));
        await place.BuildxAsync("rm", "ours");
        Assert.DoesNotContain("ours", (await docker.SucceedAsync("ps", "-a", "--format", "{{.Names}}")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ours", (await docker.SucceedAsync("volume", "ls", "-q")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_cannot_start_says_why()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        place.Environment["DOCKER_HOST"] = await remote.Docker.GetHostAsync();

        await place.BuildxAsync("create", "--name", "absent", "--driver", "docker-container", "--driver-opt", "image=127.0.0.1:1/absent:v1");
        Assert.Contains("the image 127.0.0.1:1/absent:v1 of builder node \"absent0\" cannot be pulled", await FailAsync(place, "inspect", "--bootstrap", "absent"), StringComparison.Ordinal);
        Assert.Contains("has no option \"colour\"", await FailAsync(place, "create", "--driver", "docker-container", "--driver-opt", "colour=red"), StringComparison.Ordinal);
        Assert.Contains("must be a size", await FailAsync(place, "create", "--driver", "docker-container", "--driver-opt", "memory=much"), StringComparison.Ordinal);
        place.Environment["DOCKER_HOST"] = $"unix://{place.Path}/no-docker.sock";
        Assert.Contains("there is no such socket", await FailAsync(place, "create", "--name", "lost", "--driver", "docker-container", "--bootstrap"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_Docker_Engine_builds_and_pushes_what_it_has_built()
    {
        await using var place = await Workplace.CreateAsync(remote.Bases);
        await using var registry = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        place.Environment["DOCKER_HOST"] = await remote.Docker.GetHostAsync();
        var docker = await place.DockerAsync();
        place.Write("Dockerfile", "FROM scratch\nCOPY hello /\nLABEL who=docker\n");
        place.Write("hello", "hello\n");

        Assert.Matches(@"default\*\s+docker", await place.BuildxAsync("ls"));
        await place.BuildAsync("--builder", "default", "-t", $"{registry.Host}/app:v1");
        Assert.Equal("docker", (await docker.SucceedAsync("image", "inspect", "--format", "{{.Config.Labels.who}}", $"{registry.Host}/app:v1")).Output.Trim());
        Assert.Contains("CACHED", await place.BuildAsync("--builder", "default", "-t", $"{registry.Host}/app:v1", "--push"), StringComparison.Ordinal);
        Assert.Contains("\"who\": \"docker\"", await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", $"docker://{registry.Host}/app:v1"), StringComparison.Ordinal);
        await place.BuildAsync("--builder", "default", "-o", $"type=local,dest={place.Path}/files");
        Assert.Equal("hello\n", await ReadAsync(place, "files/hello"));

        Assert.Contains("builds for one platform at a time", await FailAsync(place, "build", "--builder", "default", "--platform", "linux/amd64,linux/arm64", "."), StringComparison.Ordinal);
        Assert.Contains("goes with it", await FailAsync(place, "rm", "default"), StringComparison.Ordinal);
        place.Write("Dockerfile", "FROM scratch\nCOPY absent /\n");
        Assert.Contains("Dockerfile:2", await FailAsync(place, "build", "--builder", "default", "."), StringComparison.Ordinal);
    }

    private static Task<string> ReadAsync(Workplace place, string path) => File.ReadAllTextAsync(Path.Combine(place.Path, path), Cancellation);

    private static async Task<string> FailAsync(Workplace place, params string[] arguments)
    {
        var result = await place.Tool(Repository.Executable).ExecuteAsync(arguments);
        Assert.NotEqual(0, result.ExitCode);
        return result.All;
    }
}
