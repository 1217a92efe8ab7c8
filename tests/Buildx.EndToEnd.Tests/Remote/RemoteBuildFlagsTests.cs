using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Every flag of the real <c>docker buildx build</c>, with the engine as its remote BuildKit, over the socket and over mutual TLS.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteBuildFlagsTests(RemoteBuilder remote, BaseImageRegistry bases)
{
    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Add_host_and_network_host_reach_the_step(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN grep fictional /etc/hosts > /hosts && ls /sys/class/net > /net\n");

        await buildx.BuildAsync(builder, "--add-host", "fictional.test:10.1.2.3", "--network=host", "--allow", "network.host", "-o", $"type=local,dest={buildx.Path}/out");

        Assert.Equal("10.1.2.3\tfictional.test\n", buildx.Read("out/hosts"));
        Assert.Contains("lo", buildx.Read("out/net"), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Network_none_leaves_the_loopback_device_only(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN ls /sys/class/net > /net\n");

        await buildx.BuildAsync(builder, "--network=none", "-o", $"type=local,dest={buildx.Path}/out");

        Assert.Equal("lo\n", buildx.Read("out/net"));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task An_insecure_step_needs_allow(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "# syntax=docker/dockerfile:1\nFROM busybox:1.36\nRUN --security=insecure grep CapEff /proc/self/status > /caps\n");

        var refused = await buildx.FailAsync("build", "--builder", builder, ".");
        await buildx.BuildAsync(builder, "--allow", "security.insecure", "-o", $"type=local,dest={buildx.Path}/out");

        Assert.Contains("must be granted with --allow security.insecure", refused.All, StringComparison.Ordinal);
        Assert.NotEqual("CapEff:\t00000000a80425fb\n", buildx.Read("out/caps"));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Build_args_labels_annotations_tags_and_the_files_with_ids_go_with_a_push(string builder)
    {
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nARG WHO\nENV WHO=$WHO\n");
        var image = $"{registry.Host}/app";

        await buildx.BuildAsync(
            builder, "--build-arg", "WHO=you", "--label", "a=b", "--annotation", "org.x=y", "--provenance=false", "-t", image + ":v1", "-t", image + ":v2",
            "--iidfile", buildx.Path + "/iid", "--metadata-file", buildx.Path + "/metadata.json", "--push");

        var config = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--config", "--tls-verify=false", $"docker://{image}:v2")).RootElement.GetProperty("config");
        Assert.Equal("b", config.GetProperty("Labels").GetProperty("a").GetString());
        Assert.Contains("WHO=you", config.GetProperty("Env").EnumerateArray().Select(value => value.GetString()));
        var manifest = await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{image}:v1");
        Assert.Equal("y", JsonDocument.Parse(manifest).RootElement.GetProperty("annotations").GetProperty("org.x").GetString());
        var metadata = JsonDocument.Parse(buildx.Read("metadata.json")).RootElement;
        var digest = metadata.GetProperty("containerimage.digest").GetString();
        Assert.Equal("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(manifest))), digest);
        Assert.Equal($"{image}:v1,{image}:v2", metadata.GetProperty("image.name").GetString());
        Assert.StartsWith($"{builder}/", metadata.GetProperty("buildx.build.ref").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("sha256:", buildx.Read("iid"), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Build_contexts_take_the_place_of_stages_and_images(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM base\nCOPY --from=files /f /copied\nRUN test -e /bin/busybox\n");
        buildx.Write("more/f", "from a directory");

        await buildx.BuildAsync(
            builder, "--build-context", "base=docker-image://busybox:1.36", "--build-context", "files=more", "-o", $"type=local,dest={buildx.Path}/out");

        Assert.Equal("from a directory", buildx.Read("out/copied"));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Call_and_check_describe_the_Dockerfile(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("other.Dockerfile", "ARG VERSION=1\nFROM busybox:1.36 as base\n# what it is for\nFROM base AS app\nRUN true\n");

        var outline = await buildx.RunAsync("build", "--builder", builder, "-f", "other.Dockerfile", "--call=outline", ".");
        var targets = await buildx.RunAsync("build", "--builder", builder, "-f", "other.Dockerfile", "--call=targets", ".");
        var check = await buildx.RunAsync("build", "--builder", builder, "-f", "other.Dockerfile", "--call=check,ignorestatus=true", ".");
        var failed = await buildx.FailAsync("build", "--builder", builder, "-f", "other.Dockerfile", "--check", ".");

        Assert.Contains("app", outline, StringComparison.Ordinal);
        Assert.Contains("base", targets, StringComparison.Ordinal);
        Assert.Contains("FromAsCasing", check, StringComparison.Ordinal);
        Assert.Contains("other.Dockerfile:2", check, StringComparison.Ordinal);
        Assert.Contains("FromAsCasing", failed.All, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Shared_memory_ulimits_and_the_cgroup_parent_apply_to_the_step(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN df -k /dev/shm | tail -1 | awk '{print $2}' > /shm && ulimit -n > /files && cat /proc/self/cgroup > /cgroup\n");

        await buildx.BuildAsync(
            builder, "--shm-size", "32m", "--ulimit", "nofile=1234:1234", "--cgroup-parent", "buildx-test", "-o", $"type=local,dest={buildx.Path}/out");

        Assert.Equal("32768\n", buildx.Read("out/shm"));
        Assert.Equal("1234\n", buildx.Read("out/files"));
        Assert.NotEmpty(buildx.Read("out/cgroup"));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task No_cache_and_its_filter_run_again_what_they_name(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        var salt = Guid.NewGuid().ToString("N");
        buildx.Write("Dockerfile", $"FROM busybox:1.36 AS one\nRUN : {salt} one\nFROM busybox:1.36 AS two\nCOPY --from=one /etc/passwd /x\nRUN : {salt} two\n");
        await buildx.BuildAsync(builder);

        var cached = PlainProgress.CachedSteps(await buildx.BuildAsync(builder)).ToList();
        var filtered = PlainProgress.CachedSteps(await buildx.BuildAsync(builder, "--no-cache-filter", "two")).ToList();
        var none = PlainProgress.CachedSteps(await buildx.BuildAsync(builder, "--no-cache")).ToList();

        Assert.Contains(cached, step => step.EndsWith($"RUN : {salt} two", StringComparison.Ordinal));
        Assert.Contains(filtered, step => step.EndsWith($"RUN : {salt} one", StringComparison.Ordinal));
        Assert.DoesNotContain(filtered, step => step.EndsWith($"RUN : {salt} two", StringComparison.Ordinal));
        Assert.DoesNotContain(none, step => step.Contains(salt, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Several_platforms_and_outputs_of_a_target_come_out_of_one_build(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36 AS app\nRUN uname -m > /machine\nFROM app\nRUN false\n");

        await buildx.BuildAsync(
            builder, "--target", "app", "--platform", "linux/amd64,linux/arm64", "--provenance=false", "-o", $"type=local,dest={buildx.Path}/out",
            "-o", $"type=oci,dest={buildx.Path}/image.tar", "-o", $"type=tar,dest={buildx.Path}/files.tar");

        Assert.Equal("x86_64\n", buildx.Read("out/linux_amd64/machine"));
        Assert.Equal("aarch64\n", buildx.Read("out/linux_arm64/machine"));
        var index = await Tool.RunAsync("skopeo", "inspect", "--raw", $"oci-archive:{buildx.Path}/image.tar");
        Assert.Equal(2, JsonDocument.Parse(index).RootElement.GetProperty("manifests").GetArrayLength());
        Assert.Contains("linux_arm64/machine", await Tool.RunAsync("tar", "-tf", buildx.Path + "/files.tar"), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task The_docker_output_is_an_archive_that_docker_loads(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nLABEL of=docker\n");

        await buildx.BuildAsync(builder, "-t", "app:v1", "--provenance=false", "-o", $"type=docker,dest={buildx.Path}/image.tar");

        var inspected = await Tool.RunAsync("skopeo", "inspect", $"docker-archive:{buildx.Path}/image.tar:app:v1");
        Assert.Equal("docker", JsonDocument.Parse(inspected).RootElement.GetProperty("Labels").GetProperty("of").GetString());
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Progress_comes_as_plain_text_as_JSON_or_not_at_all(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN echo said-$((40 + 2))\n");
        var tool = await buildx.ToolAsync();

        var json = (await tool.SucceedAsync("build", "--builder", builder, "--progress=rawjson", "--no-cache", ".")).Error;
        var quiet = await tool.SucceedAsync("build", "--builder", builder, "-q", ".");
        var none = await tool.SucceedAsync("build", "--builder", builder, "--progress=none", ".");
        var automatic = await tool.SucceedAsync("build", "--builder", builder, "--progress=auto", "--no-cache", ".");

        var messages = json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] == '{').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(messages, message => message.TryGetProperty("logs", out var logs) && logs.EnumerateArray().Any(
            log => System.Text.Encoding.UTF8.GetString(log.GetProperty("data").GetBytesFromBase64()).Contains("said-42", StringComparison.Ordinal)));
        Assert.DoesNotContain("said", quiet.All, StringComparison.Ordinal);
        Assert.DoesNotContain("said", none.All, StringComparison.Ordinal);
        Assert.Contains("said-42", automatic.All, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Pull_asks_the_registry_again(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN true\n");
        await buildx.BuildAsync(builder);
        var before = bases.Server.Log.Split("/v2/library/busybox/manifests/1.36").Length;

        await buildx.BuildAsync(builder, "--pull");

        Assert.True(bases.Server.Log.Split("/v2/library/busybox/manifests/1.36").Length > before);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Secrets_reach_the_step_and_nothing_else(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN --mount=type=secret,id=file,target=/s --mount=type=secret,id=variable,env=V sha256sum /s > /sum && echo -n $V | wc -c > /length\n");
        buildx.Write("secret", "hidden-words");
        buildx.Environment["HIDDEN"] = "hidden-too";

        var log = await buildx.BuildAsync(
            builder, "--secret", "id=file,src=secret", "--secret", "id=variable,env=HIDDEN", "-o", $"type=local,dest={buildx.Path}/out");

        Assert.StartsWith(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("hidden-words"u8)), buildx.Read("out/sum"), StringComparison.Ordinal);
        Assert.Equal("10\n", buildx.Read("out/length").TrimStart());
        Assert.False(File.Exists(buildx.Path + "/out/s") && new FileInfo(buildx.Path + "/out/s").Length > 0);
        Assert.DoesNotContain("hidden-", log + remote.Daemon.Log, StringComparison.Ordinal);
        var record = await buildx.RunAsync("history", "inspect", "--builder", builder, "--format", "json");
        Assert.DoesNotContain("hidden-", record, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task The_context_may_come_from_standard_input(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        var tool = await buildx.ToolAsync("FROM busybox:1.36\nRUN echo stdin > /from\n");

        await tool.SucceedAsync("build", "--builder", builder, "-o", $"type=local,dest={buildx.Path}/out", "-");

        Assert.Equal("stdin\n", buildx.Read("out/from"));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task A_failed_step_is_shown_in_its_file_and_by_debug_with_its_origin(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN echo before\nRUN echo last words && exit 7\n");

        var result = await buildx.FailAsync("--debug", "build", "--builder", builder, "--progress=plain", ".");

        Assert.Contains("last words", result.All, StringComparison.Ordinal);
        Assert.Contains(">>> RUN echo last words && exit 7", result.All, StringComparison.Ordinal);
        Assert.Contains("exit code: 7", result.All, StringComparison.Ordinal);
        Assert.Contains("buildkitd", result.All, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task A_source_policy_denies_and_replaces_images(string builder)
    {
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN true\n");
        buildx.Write("deny.json", """{"rules":[{"action":"DENY","selector":{"identifier":"docker-image://docker.io/library/busybox:*"}}]}""");
        buildx.Write("convert.json", """
            {"rules":[{"action":"CONVERT","selector":{"identifier":"docker-image://docker.io/library/elsewhere:1"},"updates":{"identifier":"docker-image://docker.io/library/busybox:1.36"}}]}
            """);

        buildx.Environment["EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"] = buildx.Project + "/deny.json";
        var denied = await buildx.FailAsync("build", "--builder", builder, ".");
        buildx.Environment["EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"] = buildx.Project + "/convert.json";
        buildx.Write("Dockerfile", "FROM elsewhere:1\nRUN echo there > /here\n");
        await buildx.BuildAsync(builder, "-o", $"type=local,dest={buildx.Path}/out");

        Assert.Contains("docker-image://docker.io/library/busybox:1.36\" denied by policy", denied.All, StringComparison.Ordinal);
        Assert.Equal("there\n", buildx.Read("out/here"));
    }
}
