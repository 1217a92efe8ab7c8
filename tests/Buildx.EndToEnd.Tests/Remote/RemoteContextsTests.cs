using Buildx.EndToEnd.Tests.Frontends;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>What the real <c>docker buildx build</c> builds from: archives, repositories, ssh agents, frontends that are images.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteContextsTests(RemoteBuilder remote, BaseImageRegistry bases)
{
    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task The_context_may_be_an_archive_on_standard_input(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("packed/sub/own.Dockerfile", "FROM busybox:1.36\nCOPY file /file\n");
        buildx.Write("packed/file", "of the archive");
        await Tool.RunAsync("tar", "-czf", buildx.Path + "/context.tar.gz", "-C", buildx.Project + "/packed", ".");
        var tool = await buildx.ToolAsync();

        await (tool with { Name = "sh" }).SucceedAsync(
            "-c", $"'{tool.Name}' build --builder {builder} -f sub/own.Dockerfile -o type=local,dest={buildx.Path}/out - < {buildx.Path}/context.tar.gz");

        Assert.Equal("of the archive", buildx.Read("out/file"));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task The_context_and_what_bake_reads_may_be_a_repository(string builder)
    {
        using var repository = await GitDaemon.StartAsync(new Dictionary<string, string>
        {
            ["sub/Dockerfile"] = "FROM busybox:1.36\nCOPY file /file\nRUN echo built >> /file\n",
            ["sub/file"] = "of the repository\n",
            ["docker-bake.hcl"] = "target \"default\" {\n  context = \"sub\"\n}\n",
        });
        await using var buildx = await remote.BuildxAsync(builder);

        await buildx.RunAsync("build", "--builder", builder, "-o", $"type=local,dest={buildx.Path}/built", repository.Url + "#main:sub");
        await buildx.RunAsync("bake", "--builder", builder, "--allow", "fs=*", "--set", $"*.output=type=local,dest={buildx.Path}/baked", repository.Url + "#main");

        Assert.Equal("of the repository\nbuilt\n", buildx.Read("built/file"));
        Assert.Equal("of the repository\nbuilt\n", buildx.Read("baked/file"));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Ssh_agents_serve_steps_and_repositories(string builder)
    {
        await using var server = await SshServer.StartAsync();
        await using var agent = await SshAgent.StartAsync(server.Key);
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Environment["SSH_AUTH_SOCK"] = agent.Socket;
        buildx.Write("repository/file", "behind ssh");
        var git = new Tool("git") { WorkingDirectory = buildx.Project + "/repository" };
        await git.SucceedAsync("init", "--quiet");
        await git.SucceedAsync("add", "--all");
        await git.SucceedAsync("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "one");
        buildx.Write("Dockerfile", $"""
            FROM busybox:1.36
            RUN --mount=type=ssh stat -c '%F %a' $SSH_AUTH_SOCK > /default
            RUN --mount=type=ssh,id=key,mode=0640,uid=5,gid=6 stat -c '%F %a %u:%g' $SSH_AUTH_SOCK > /key
            ADD {server.Url}{buildx.Project}/repository /repository
            """);

        await buildx.BuildAsync(builder, "--ssh", "default", "--ssh", $"key={server.RsaKey}", "-o", $"type=local,dest={buildx.Path}/out");
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN --mount=type=ssh,id=nobody,required true\n");
        var missing = await buildx.FailAsync("build", "--builder", builder, "--ssh", "default", ".");

        Assert.Equal("socket 600\n", buildx.Read("out/default"));
        Assert.Equal("socket 640 5:6\n", buildx.Read("out/key"));
        Assert.Equal("behind ssh", buildx.Read("out/repository/file"));
        Assert.Contains("nobody", missing.All, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task A_syntax_line_names_the_image_that_understands_the_file(string builder)
    {
        await using var place = await Workplace.CreateAsync(bases);
        var frontend = await RecipeFrontend.PushAsync(place, bases);
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", $"# syntax={frontend}\nfrom busybox:1.36\nfile /hello hello from a recipe\nrun cat /hello > /copy\n");

        await buildx.BuildAsync(builder, "-o", $"type=local,dest={buildx.Path}/out");
        buildx.Write("Dockerfile", "file /hello forced\n");
        await buildx.BuildAsync(builder, "--build-arg", $"BUILDKIT_SYNTAX={frontend}", "-o", $"type=local,dest={buildx.Path}/forced");
        var crash = await buildx.FailAsync("build", "--builder", builder, "--build-arg", $"BUILDKIT_SYNTAX={frontend}", "--build-arg", "FAIL=crash", ".");

        Assert.Equal("hello from a recipe\n", buildx.Read("out/copy"));
        Assert.Equal("forced\n", buildx.Read("forced/hello"));
        Assert.Contains("exit code 42", crash.All, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Docker_build_of_the_Docker_command_line_uses_the_builder(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        var docker = await remote.Docker.DockerAsync();
        Directory.CreateDirectory(buildx.Path + "/docker/cli-plugins");
        File.CreateSymbolicLink(buildx.Path + "/docker/cli-plugins/docker-buildx", await Peers.GetBuildxAsync());
        buildx.Environment["DOCKER_HOST"] = await remote.Docker.GetHostAsync();
        buildx.Environment["BUILDX_BUILDER"] = builder;
        buildx.Write("Dockerfile", $"FROM busybox:1.36\nRUN echo {builder} > /made\nCMD [\"cat\", \"/made\"]\n");
        docker = docker with { Environment = buildx.Environment, WorkingDirectory = buildx.Project };

        await docker.SucceedAsync("build", "-t", "by-docker:v1", "--load", ".");
        await docker.SucceedAsync("buildx", "build", "-o", $"type=local,dest={buildx.Path}/out", ".");
        var ran = (await docker.SucceedAsync("run", "--rm", "--network=none", "by-docker:v1")).Output;
        await docker.SucceedAsync("rmi", "by-docker:v1");

        Assert.Equal(builder + "\n", ran);
        Assert.Equal(ran, buildx.Read("out/made"));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Progress_on_a_terminal_is_drawn_with_the_steps_as_they_run(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN echo on a terminal\n");
        var tool = await buildx.ToolAsync();

        var drawn = await (tool with { Name = "script" }).SucceedAsync(
            "-qec", $"'{tool.Name}' build --builder {builder} --progress=tty --no-cache .", "/dev/null");

        Assert.Contains("\e[", drawn.Output, StringComparison.Ordinal);
        Assert.Matches(@"=> \[2/2\] RUN echo on a terminal +\d", drawn.Output);
        Assert.Contains("FINISHED", drawn.Output, StringComparison.Ordinal);
    }
}
