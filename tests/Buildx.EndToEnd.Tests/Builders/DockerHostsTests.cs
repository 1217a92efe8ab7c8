using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>Which builder is used when none was chosen, and Docker Engines wherever the Docker CLI finds them: a context, a port, behind ssh.</summary>
public sealed class DockerHostsTests(BaseImageRegistry bases, PlainDocker engine) : IClassFixture<PlainDocker>
{
    [Fact]
    public async Task When_none_was_chosen_the_Docker_Engine_builds_if_it_can_else_the_embedded_engine_and_that_is_said_once()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var host = engine.Daemon.Host;
        var docker = place.Tool(Path.Combine(await Peers.GetDirectoryAsync(), "bin", "docker"));
        var build = place.Tool(Repository.Executable);
        place.Write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");

        place.Environment["DOCKER_HOST"] = host;
        var first = await build.SucceedAsync("build", "--progress=plain", "-t", "chosen:docker", ".");
        Assert.Contains($"using builder \"default\": the Docker Engine at {host} has a BuildKit", first.Error, StringComparison.Ordinal);
        Assert.Contains("instance using docker driver", first.Error, StringComparison.Ordinal);
        await docker.SucceedAsync("image", "inspect", "chosen:docker");
        Assert.DoesNotContain("using builder", (await build.SucceedAsync("build", ".")).Error, StringComparison.Ordinal);
        Assert.Matches(@"default\*\s+docker", await place.BuildxAsync("ls"));

        place.Environment["DOCKER_HOST"] = $"unix://{place.Path}/nobody.sock";
        var second = await build.SucceedAsync("build", "--progress=plain", ".");
        Assert.Contains($"using builder \"embedded\": no Docker Engine answers at unix://{place.Path}/nobody.sock (there is no such socket)", second.Error, StringComparison.Ordinal);
        Assert.Contains("instance using embedded driver", second.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("using builder", (await build.SucceedAsync("build", ".")).Error, StringComparison.Ordinal);

        place.Environment["DOCKER_HOST"] = host;
        await place.BuildxAsync("use", "embedded");
        Assert.Contains("instance using embedded driver", await place.BuildAsync(), StringComparison.Ordinal);
        Assert.Matches(@"embedded\*\s+embedded", await place.BuildxAsync("ls"));
        await place.BuildxAsync("use", "default");
        Assert.Contains("instance using docker driver", await place.BuildAsync(), StringComparison.Ordinal);
        await place.BuildxAsync("rm", "embedded");
    }

    [Fact]
    public async Task A_context_s_engine_is_reached_by_a_port_and_by_ssh()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var socket = engine.Daemon.SocketPath;
        await using var relay = SocketRelay.ToSocket(socket);
        await using var ssh = await SshServer.StartAsync(Path.Combine(await Peers.GetDirectoryAsync(), "bin"));
        place.Environment["PATH"] = $"{WriteSsh(place, ssh)}:{Environment.GetEnvironmentVariable("PATH")}";
        var docker = place.Tool(Path.Combine(await Peers.GetDirectoryAsync(), "bin", "docker"));
        place.Environment["DOCKER_HOST"] = null;
        await docker.SucceedAsync("context", "create", "port", "--docker", $"host=tcp://{relay.Address}");
        await docker.SucceedAsync("context", "create", "far", "--docker", $"host={ssh.Url}{socket}");
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN uname -m > /machine\nCMD [\"cat\", \"/machine\"]\n");

        foreach (var context in (string[])["port", "far"])
        {
            // Its own BuildKit builds, and it takes what another one has built.
            place.Environment["DOCKER_CONTEXT"] = context;
            place.Write("own/Dockerfile", $"FROM scratch\nLABEL of={context}\n");
            Assert.Contains($"using builder \"{context}\"", await place.BuildxAsync("build", "-t", $"own:{context}", "own"), StringComparison.Ordinal);
            await place.BuildAsync("--builder", "test", "--load", "-t", $"loaded:{context}");

            place.Environment["DOCKER_CONTEXT"] = null;
            place.Environment["DOCKER_HOST"] = $"unix://{socket}";
            Assert.Equal(context, (await docker.SucceedAsync("image", "inspect", "--format", "{{.Config.Labels.of}}", $"own:{context}")).Output.Trim());
            Assert.Equal("x86_64", (await docker.SucceedAsync("run", "--rm", "--network=none", $"loaded:{context}")).Output.Trim());
            place.Environment["DOCKER_HOST"] = null;
        }

        // As the Docker CLI: the variable wins, and needs no scheme.
        place.Environment["DOCKER_CONTEXT"] = "far";
        place.Environment["DOCKER_HOST"] = relay.Address.ToString();
        Assert.Contains("using builder \"default\": the Docker Engine at 127.0.0.1:", await place.BuildxAsync("build", "own"), StringComparison.Ordinal);
        place.Environment["DOCKER_HOST"] = $"ssh://nobody@127.0.0.1:{ssh.Port}";
        var refused = await place.Tool(Repository.Executable).ExecuteAsync("build", "--builder", "default", "own");
        Assert.Contains("Permission denied", refused.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_behind_TLS_is_reached_with_the_Docker_CLI_s_flags_variables_and_contexts()
    {
        await using var place = await Workplace.CreateAsync(bases);
        using var certificates = new TemporaryDirectory();
        TestCertificates.Write(certificates.Path);
        string File(string name) => Path.Combine(certificates.Path, name);
        var address = $"tcp://127.0.0.1:{Loopback.FreePort()}";
        await using var secured = await DockerDaemon.StartAsync("dockerd", "{}", TestContext.Current.CancellationToken,
            "-H", address, "--tlsverify", "--tlscacert", File(TestCertificates.AuthorityFile), "--tlscert", File(TestCertificates.ServerCertificateFile), "--tlskey", File(TestCertificates.ServerKeyFile));
        var docker = place.Tool(Path.Combine(await Peers.GetDirectoryAsync(), "bin", "docker"));
        place.Environment["DOCKER_HOST"] = null;
        place.Write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
        string[] client = ["--tlscert", File(TestCertificates.ClientCertificateFile), "--tlskey", File(TestCertificates.ClientKeyFile)];
        string[] authority = ["--tlscacert", File(TestCertificates.AuthorityFile)];

        await docker.SucceedAsync(["-H", address, "--tlsverify", .. authority, .. client, "buildx", "build", "--builder", "default", "-t", "secured:flags", "."]);
        await docker.SucceedAsync(["-H", address, "--tls", .. client, "buildx", "build", "--builder", "default", "-t", "secured:unverified", "."]);
        Assert.NotEqual(0, (await docker.ExecuteAsync(["-H", address, "--tlsverify", .. client, "buildx", "build", "--builder", "default", "."])).ExitCode);

        System.IO.File.Copy(File(TestCertificates.ClientCertificateFile), File("cert.pem"));
        System.IO.File.Copy(File(TestCertificates.ClientKeyFile), File("key.pem"));
        await docker.SucceedAsync("context", "create", "secured", "--docker", $"host={address},ca={File("ca.pem")},cert={File("cert.pem")},key={File("key.pem")}");
        await docker.SucceedAsync("context", "create", "unverified", "--docker", $"host={address},cert={File("cert.pem")},key={File("key.pem")},skip-tls-verify=true");
        foreach (var context in (string[])["secured", "unverified"])
            await place.BuildxAsync("build", "--builder", context, "-t", $"{context}:context", ".");

        place.Environment["DOCKER_HOST"] = address;
        place.Environment["DOCKER_CERT_PATH"] = certificates.Path;
        place.Environment["DOCKER_TLS_VERIFY"] = "1";
        await place.BuildxAsync("build", "--builder", "default", "-t", "secured:variables", ".");
        var images = (await docker.SucceedAsync("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["secured:context", "secured:flags", "secured:unverified", "secured:variables", "unverified:context"], images.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_several_platforms_the_engine_gets_what_it_can_keep_and_the_rest_is_said()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var modern = await DockerDaemon.StartAsync("""{"features":{"containerd-snapshotter":true}}""", TestContext.Current.CancellationToken);
        var docker = place.Tool(Path.Combine(await Peers.GetDirectoryAsync(), "bin", "docker"));
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN uname -m > /machine\nCMD [\"cat\", \"/machine\"]\n");
        string[] build = ["--platform", "linux/arm64,linux/amd64", "--load", "-t", "several:v1", "-o", $"type=local,dest={place.Path}/files"];

        place.Environment["DOCKER_HOST"] = engine.Daemon.Host;
        var classic = await place.BuildAsync(["--builder", "test", .. build]);
        Assert.Contains($"--load: linux/amd64 goes to the Docker Engine at {place.Environment["DOCKER_HOST"]}; linux/arm64 is built, but not loaded", classic, StringComparison.Ordinal);
        Assert.Equal("x86_64", (await docker.SucceedAsync("run", "--rm", "--network=none", "several:v1")).Output.Trim());
        Assert.True(File.Exists(place.Path + "/files/linux_arm64/machine"));

        place.Environment["DOCKER_HOST"] = modern.Host;
        Assert.DoesNotContain("not loaded", await place.BuildAsync(["--builder", "test", .. build]), StringComparison.Ordinal);
        Assert.Equal("x86_64", (await docker.SucceedAsync("run", "--rm", "--network=none", "several:v1")).Output.Trim());
        await docker.SucceedAsync("image", "inspect", "--platform", "linux/arm64", "several:v1");

        place.Write("docker-bake.hcl", "target \"default\" {\n  platforms = [\"linux/amd64\", \"linux/arm64\"]\n  tags = [\"baked:v1\"]\n}\n");
        place.Environment["DOCKER_HOST"] = engine.Daemon.Host;
        Assert.Contains("linux/arm64 is built, but not loaded", await place.BuildxAsync("bake", "--builder", "test", "--load"), StringComparison.Ordinal);
        Assert.Equal("x86_64", (await docker.SucceedAsync("run", "--rm", "--network=none", "baked:v1")).Output.Trim());
    }

    [Fact]
    public async Task Layers_that_the_engine_has_are_not_sent()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var relay = SocketRelay.ToSocket(engine.Daemon.SocketPath);
        var docker = place.Tool(Path.Combine(await Peers.GetDirectoryAsync(), "bin", "docker"));
        place.Environment["DOCKER_HOST"] = $"tcp://{relay.Address}";
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN head -c 20000000 /dev/urandom > /large\nCOPY version /\nRUN cp /version /copied\nCMD [\"cat\", \"/copied\"]\n");
        place.Write("version", "1");
        await place.BuildAsync("--builder", "test", "--load", "-t", "layered:v1");
        Assert.True(relay.Carried > 20_000_000);

        var before = relay.Carried;
        place.Write("version", "2");
        await place.BuildAsync("--builder", "test", "--load", "-t", "layered:v2");

        Assert.InRange(relay.Carried - before, 1, 1_000_000);
        Assert.Equal("2", (await docker.SucceedAsync("run", "--rm", "--network=none", "layered:v2")).Output);
        Assert.Equal("20000000 /large", (await docker.SucceedAsync("run", "--rm", "--network=none", "layered:v2", "wc", "-c", "/large")).Output.Trim());
    }

    /// <summary>A directory with an <c>ssh</c> that knows the server and the key.</summary>
    private static string WriteSsh(Workplace place, SshServer server)
    {
        place.Write("../tools/ssh", $"#!/bin/sh\nexec /usr/bin/ssh -F none -i {server.Key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes \"$@\"\n");
        File.SetUnixFileMode(place.Path + "/tools/ssh", (UnixFileMode)0x1ed);
        return place.Path + "/tools";
    }
}
