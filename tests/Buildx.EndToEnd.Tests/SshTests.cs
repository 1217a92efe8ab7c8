using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>ssh agents of the client: in steps, and for git. With the real ssh-agent, sshd and git.</summary>
public sealed class SshTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task A_step_finds_the_agent_where_and_as_it_asked_for_it()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var server = await SshServer.StartAsync();
        await using var agent = await SshAgent.StartAsync(server.Key);
        place.Environment["SSH_AUTH_SOCK"] = agent.Socket;
        place.Write("Dockerfile", """
            FROM busybox:1.36 AS steps
            RUN --mount=type=ssh echo $SSH_AUTH_SOCK $(stat -c '%F %a %u:%g' $SSH_AUTH_SOCK) > /default
            RUN --mount=type=ssh,id=keys,target=/deep/agent,mode=0640,uid=5,gid=6 echo $SSH_AUTH_SOCK $(stat -c '%F %a %u:%g' /deep/agent) > /keys
            RUN --mount=type=ssh,id=none ls -d $SSH_AUTH_SOCK /deep 2>/dev/null > /none || true
            FROM scratch
            COPY --from=steps /default /keys /none /
            """);

        await place.BuildAsync("--ssh", "default", "--ssh", $"keys={server.Key},{server.RsaKey}", "-o", "out");

        Assert.Equal("/run/buildkit/ssh_agent.0 socket 600 0:0\n", await ReadAsync(place, "out/default"));
        Assert.Equal("/deep/agent socket 640 5:6\n", await ReadAsync(place, "out/keys"));
        Assert.Equal("", await ReadAsync(place, "out/none"));
        Assert.DoesNotContain(place.Processes(), process => process.Contains("ssh-agent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_step_may_use_the_keys_and_not_change_them()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var server = await SshServer.StartAsync();
        await using var agent = await SshAgent.StartAsync(server.Key);
        place.Environment["SSH_AUTH_SOCK"] = agent.Socket;
        // The machine's own programs serve as the image: there is no ssh in busybox.
        await CopyProgramsAsync(Path.Combine(place.Project, "root"), "/bin/sh", "/usr/bin/ssh-add", "/usr/bin/ssh");
        place.Write("Dockerfile", $"""
            FROM scratch AS steps
            COPY root /
            RUN --mount=type=ssh --network=host ssh -F /dev/null -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p {server.Port} {Environment.UserName}@127.0.0.1 echo reached > /reached
            RUN --mount=type=ssh ssh-add -l > /listed; ssh-add -D 2> /removed || true
            FROM scratch
            COPY --from=steps /reached /listed /removed /
            """);
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(place.Project, "root/etc")).FullName, "passwd"), "root:x:0:0:root:/:/bin/sh\n");

        await place.BuildAsync("--ssh", "default", "--allow", "network.host", "-o", "out");

        Assert.Equal("reached\n", await ReadAsync(place, "out/reached"));
        Assert.Contains("ED25519", await ReadAsync(place, "out/listed"));
        Assert.Contains("ED25519", (await agent.AddAsync("-l")).Output);
        Assert.NotEqual("", await ReadAsync(place, "out/removed"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_repository_behind_ssh_is_context_and_source_of_ADD(bool withDockerBuildx)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var server = await SshServer.StartAsync();
        await using var agent = await SshAgent.StartAsync(server.Key);
        place.Environment["SSH_AUTH_SOCK"] = agent.Socket;
        var repository = await CreateRepositoryAsync(place);
        var url = $"{server.Url}{repository}";
        place.Write("repository/Dockerfile", $"FROM scratch\nCOPY file /context\nADD --keep-git-dir=true {url} /added\n");
        await GitAsync(place, "commit", "--quiet", "-am", "two");
        var buildx = withDockerBuildx ? await DockerBuildxTests.ConnectAsync(place) : place.Tool(Repository.Executable);

        await buildx.SucceedAsync(["build", .. withDockerBuildx ? (string[])["--builder", "remote"] : [], "-o", "out", url]);

        Assert.Equal("one", await ReadAsync(place, "out/context"));
        Assert.Equal("one", await ReadAsync(place, "out/added/file"));
        Assert.True(Directory.Exists(Path.Combine(place.Project, "out/added/.git")));
    }

    [Fact]
    public async Task Keys_that_the_server_does_not_accept_are_what_the_error_says()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var server = await SshServer.StartAsync();
        var repository = await CreateRepositoryAsync(place);

        var refused = await place.Tool(Repository.Executable).ExecuteAsync("build", "--ssh", $"default={server.StrangeKey}", $"{server.Url}{repository}");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("accepts none of the keys of the forwarded ssh agent", refused.Error);
    }

    [Fact]
    public async Task An_agent_that_nobody_forwards_is_named_with_the_line_that_needs_it()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN --mount=type=ssh,id=deploy,required true\n");

        var failed = await place.Tool(Repository.Executable).ExecuteAsync("build", "--progress=plain", ".");

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("   2 | >>> RUN --mount=type=ssh,id=deploy,required true", failed.Error);
        Assert.Contains("no ssh agent \"deploy\" is forwarded: pass it with --ssh deploy", failed.Error);
    }

    [Theory]
    [InlineData("default", "SSH_AUTH_SOCK is not set")]
    [InlineData("default=missing", "there is no file missing")]
    [InlineData("default=.", ". is a directory")]
    [InlineData("default=Dockerfile", "Dockerfile is no private key")]
    public async Task A_wrong_agent_is_refused_before_anything_is_built(string agent, string message)
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Environment["SSH_AUTH_SOCK"] = null;
        place.Write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");

        var refused = await place.Tool(Repository.Executable).ExecuteAsync("build", "--ssh", agent, ".");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(message, refused.Error);
        Assert.Single(refused.Error.Trim().Split('\n'));
    }

    private static async Task<string> CreateRepositoryAsync(Workplace place)
    {
        place.Write("repository/file", "one");
        place.Write("repository/Dockerfile", "FROM scratch\nCOPY file /\n");
        await GitAsync(place, "init", "--quiet");
        await GitAsync(place, "add", "--all");
        await GitAsync(place, "commit", "--quiet", "-m", "one");
        return Path.Combine(place.Project, "repository");
    }

    private static Task GitAsync(Workplace place, params string[] arguments) => (place.Tool("git") with { WorkingDirectory = Path.Combine(place.Project, "repository") })
        .SucceedAsync(["-c", "user.name=a", "-c", "user.email=a@example.com", .. arguments]);

    private static async Task CopyProgramsAsync(string root, params string[] programs)
    {
        var files = new HashSet<string>(programs);
        foreach (var program in programs)
        {
            foreach (var line in (await Tool.RunAsync("ldd", program)).Split('\n', StringSplitOptions.TrimEntries))
                files.UnionWith(line.Split(' ').Where(word => word.StartsWith('/')));
        }
        foreach (var file in files)
        {
            var target = Path.Combine(root, file.TrimStart('/'));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await Tool.RunAsync("cp", "-L", file, target);
        }
    }

    private static Task<string> ReadAsync(Workplace place, string path) => File.ReadAllTextAsync(Path.Combine(place.Project, path), TestContext.Current.CancellationToken);
}
