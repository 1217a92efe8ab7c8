using System.Globalization;
using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>The other commands of the real <c>docker buildx</c>, with all their flags, and the engine as its remote BuildKit.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteCommandsTests(RemoteBuilder remote, BaseImageRegistry bases)
{
    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Bake_builds_its_targets_with_what_is_set_on_the_command_line(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nARG WHO\nRUN echo $WHO > /who\n");
        buildx.Write("docker-bake.hcl", """
            variable "NAME" { default = "bake" }
            group "default" { targets = ["one", "two"] }
            target "one" {
              args = { WHO = "${NAME}-1" }
              output = ["type=local,dest=out/one"]
            }
            target "two" {
              inherits = ["one"]
              args = { WHO = "${NAME}-2" }
              output = ["type=local,dest=out/two"]
            }
            """);
        buildx.Environment["NAME"] = "variable";

        var printed = JsonDocument.Parse(await buildx.RunAsync("bake", "--builder", builder, "--print", "--pull", "--no-cache", "two")).RootElement;
        await buildx.RunAsync(
            "bake", "--builder", builder, "-f", "docker-bake.hcl", "--allow", "fs=*", "--progress=plain", "--set", "one.args.WHO=set", "--provenance=false", "--sbom=false",
            "--metadata-file", buildx.Path + "/metadata.json");
        var targets = await buildx.RunAsync("bake", "--builder", builder, "--list", "targets");
        var variables = await buildx.RunAsync("bake", "--builder", builder, "--list", "type=variables,format=json");
        var check = await buildx.RunAsync("bake", "--builder", builder, "--check", "one");
        var targetsOf = await buildx.RunAsync("bake", "--builder", builder, "--call", "targets", "one");

        Assert.True(printed.GetProperty("target").GetProperty("two").GetProperty("no-cache").GetBoolean());
        Assert.Equal("set\n", buildx.Read("project/out/one/who"));
        Assert.Equal("variable-2\n", buildx.Read("project/out/two/who"));
        Assert.StartsWith($"{builder}/", JsonDocument.Parse(buildx.Read("metadata.json")).RootElement.GetProperty("two").GetProperty("buildx.build.ref").GetString(), StringComparison.Ordinal);
        Assert.Contains("two", targets, StringComparison.Ordinal);
        Assert.Equal("NAME", JsonDocument.Parse(variables).RootElement[0].GetProperty("name").GetString());
        Assert.Contains("no warnings found", check, StringComparison.Ordinal);
        Assert.Contains("default", targetsOf, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Du_lists_and_prune_removes_what_the_filter_says(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        var salt = Guid.NewGuid().ToString("N");
        buildx.Write("Dockerfile", $"FROM busybox:1.36\nRUN --mount=type=cache,id={salt},target=/c head -c 100000 /dev/urandom > /c/x && head -c 300000 /dev/urandom > /big-{salt}\n");
        await buildx.BuildAsync(builder);

        var table = await buildx.RunAsync("du", "--builder", builder);
        var verbose = await buildx.RunAsync("du", "--builder", builder, "--verbose", "--filter", $"description~={salt}");
        var mounts = Lines(await buildx.RunAsync("du", "--builder", builder, "--filter", "type=exec.cachemount", "--format", "json"));
        var id = mounts.Single(record => record.GetProperty("Description").GetString()!.Contains(salt, StringComparison.Ordinal)).GetProperty("ID").GetString()!;
        var pruned = await buildx.RunAsync("prune", "--builder", builder, "--force", "--verbose", "--filter", $"id={id}");
        var left = await buildx.RunAsync("du", "--builder", builder, "--filter", $"description~={salt}");

        Assert.Contains("RECLAIMABLE", table, StringComparison.Ordinal);
        Assert.Contains("Total:", table, StringComparison.Ordinal);
        Assert.Contains("Type:", verbose, StringComparison.Ordinal);
        Assert.Contains("exec.cachemount", verbose, StringComparison.Ordinal);
        Assert.Contains(id, pruned, StringComparison.Ordinal);
        Assert.DoesNotContain(id, left, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prune_keeps_what_its_bounds_allow_and_with_all_leaves_nothing()
    {
        // A daemon of its own: the others' cache is not to go.
        await using var daemon = await Buildkitd.StartAsync(bases);
        await using var buildx = await RemoteBuildx.CreateAsync(daemon);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN head -c 30000000 /dev/urandom > /a\nRUN head -c 30000000 /dev/urandom > /b\n");
        await buildx.BuildAsync("unix");

        await buildx.RunAsync("prune", "--builder", "unix", "-f", "--filter", "until=24h");
        Assert.True(await UsedAsync(buildx) > 60_000_000);
        await buildx.RunAsync("prune", "--builder", "unix", "-f", "--reserved-space", "100mb", "--max-used-space", "100mb");
        Assert.True(await UsedAsync(buildx) > 60_000_000);
        await buildx.RunAsync("prune", "--builder", "unix", "-f", "--max-used-space", "40mb");
        Assert.InRange(await UsedAsync(buildx), 1, 40_000_000);
        await buildx.RunAsync("prune", "--builder", "unix", "-f", "--all", "--min-free-space", "1b");
        await buildx.RunAsync("prune", "--builder", "unix", "-f", "--all");
        Assert.Equal(0, await UsedAsync(buildx));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Inspect_ls_use_stop_and_rm_know_the_builder(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);

        var inspected = await buildx.RunAsync("inspect", "--bootstrap", builder);
        await buildx.RunAsync("use", builder);
        var list = Lines(await buildx.RunAsync("ls", "--format", "json"));
        await buildx.RunAsync("rm", builder);

        Assert.Matches("Status: +running", inspected);
        Assert.Matches("BuildKit version: +v", inspected);
        Assert.Contains("linux/arm64", inspected, StringComparison.Ordinal);
        Assert.Contains("GC Policy rule#0", inspected, StringComparison.Ordinal);
        Assert.Contains(list, node => node.GetProperty("Name").GetString() == builder);
        Assert.Contains("no builder", (await buildx.FailAsync("inspect", builder)).All, StringComparison.Ordinal);
        Assert.NotEmpty(await new Tool(Repository.Executable).SucceedAsync("buildctl", "--addr", remote.Daemon.UnixAddress, "debug", "info") is { Output: var info } ? info : "");
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task History_tells_of_builds_that_succeeded_failed_and_were_removed(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        var salt = Guid.NewGuid().ToString("N");
        buildx.Write("Dockerfile", $"FROM busybox:1.36\nRUN echo said {salt}\nRUN echo last {salt}; exit 3\n");
        await buildx.FailAsync("build", "--builder", builder, ".");
        var failed = Lines(await buildx.RunAsync("history", "ls", "--builder", builder, "--format", "json", "--filter", "status=error"))[0];
        buildx.Write("good.Dockerfile", $"FROM busybox:1.36\nARG N\nRUN echo said {salt}\n");
        await buildx.BuildAsync(builder, "-f", "good.Dockerfile", "--build-arg", "N=7", "--label", "l=m", "--provenance=false", "-o", $"type=oci,dest={buildx.Path}/i.tar");
        var all = Lines(await buildx.RunAsync("history", "ls", "--builder", builder, "--no-trunc", "--format", "json"));
        var reference = all[0].GetProperty("ref").GetString()!.Split('/')[^1];

        Assert.Equal("Error", failed.GetProperty("status").GetString());
        Assert.Equal("Completed", all[0].GetProperty("status").GetString());
        var inspected = JsonDocument.Parse(await buildx.RunAsync("history", "inspect", "--builder", builder, "--format", "json", reference)).RootElement;
        Assert.Equal("good.Dockerfile", inspected.GetProperty("Dockerfile").GetString());
        Assert.Equal("7", inspected.GetProperty("BuildArgs")[0].GetProperty("Value").GetString());
        Assert.True(inspected.GetProperty("NumCompletedSteps").GetInt32() >= 4);
        var error = await buildx.RunAsync("history", "inspect", "--builder", builder, "^1");
        Assert.Contains("exit code: 3", error, StringComparison.Ordinal);
        Assert.Contains(">>> RUN echo last", error, StringComparison.Ordinal);
        var attachments = await buildx.RunAsync("history", "inspect", "attachment", "--builder", builder, reference, inspected.GetProperty("Attachments")[0].GetProperty("Digest").GetString()!);
        Assert.Contains("manifests", attachments.Replace("\"layers\"", "manifests", StringComparison.Ordinal), StringComparison.Ordinal);
        var logs = (await (await buildx.ToolAsync()).SucceedAsync("history", "logs", "--builder", builder, "--progress", "plain", reference)).All;
        Assert.Contains($"said {salt}", logs, StringComparison.Ordinal);
        await buildx.RunAsync("history", "export", "--builder", builder, "-o", buildx.Path + "/record.dockerbuild", reference);
        var bundle = Directory.CreateDirectory(buildx.Path + "/bundle").FullName;
        await Tool.RunAsync("tar", "-xf", buildx.Path + "/record.dockerbuild", "-C", bundle);
        Assert.True(File.Exists(bundle + "/index.json"));
        await buildx.RunAsync("history", "rm", "--builder", builder, reference);
        Assert.DoesNotContain(reference, await buildx.RunAsync("history", "ls", "--builder", builder, "--no-trunc"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_is_pinned_outlives_the_limits_and_history_rm_all_takes_every_record()
    {
        await using var daemon = await Buildkitd.StartAsync(bases, "[history]\n  maxAge = \"1ms\"\n  maxEntries = 1\n");
        await using var buildx = await RemoteBuildx.CreateAsync(daemon);
        var references = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            buildx.Write("Dockerfile", string.Create(CultureInfo.InvariantCulture, $"FROM busybox:1.36\nRUN : {i}\n"));
            await buildx.BuildAsync("unix", "--metadata-file", buildx.Path + "/m.json");
            references.Add(JsonDocument.Parse(buildx.Read("m.json")).RootElement.GetProperty("buildx.build.ref").GetString()!.Split('/')[^1]);
            if (i == 0)
                await new Tool(Repository.Executable).SucceedAsync("buildctl", "--addr", daemon.UnixAddress, "debug", "ctl", "--pin", references[0]);
        }

        var left = await buildx.RunAsync("history", "ls", "--builder", "unix", "--no-trunc");
        Assert.Contains(references[0], left, StringComparison.Ordinal);
        Assert.DoesNotContain(references[1], left, StringComparison.Ordinal);
        Assert.Contains(references[3], left, StringComparison.Ordinal);
        await buildx.RunAsync("history", "rm", "--builder", "unix", "--all");
        Assert.DoesNotContain(references[0], (await new Tool(Repository.Executable).SucceedAsync("buildctl", "--addr", daemon.UnixAddress, "debug", "histories")).Output, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Imagetools_inspect_and_create_work_on_what_was_pushed(string builder)
    {
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN uname -m > /m\n");
        var image = $"{registry.Host}/app";
        await buildx.BuildAsync(builder, "--platform", "linux/amd64,linux/arm64", "--provenance=false", "-t", image + ":both", "--push");

        var platforms = await buildx.RunAsync("imagetools", "inspect", "--builder", builder, image + ":both", "--format", "{{range .Manifest.Manifests}}{{.Platform.Architecture}} {{end}}");
        var raw = await buildx.RunAsync("imagetools", "inspect", "--builder", builder, "--raw", image + ":both");
        var dry = await buildx.RunAsync("imagetools", "create", "--builder", builder, "--dry-run", "-p", "linux/arm64", "-t", image + ":arm", image + ":both");
        await buildx.RunAsync("imagetools", "create", "--builder", builder, "--progress=plain", "--annotation", "index:a=b", "-t", image + ":copy", image + ":both");
        await buildx.RunAsync("imagetools", "create", "--builder", builder, "--append", "-t", image + ":copy", image + ":both");
        var arm = JsonDocument.Parse(raw).RootElement.GetProperty("manifests").EnumerateArray().Single(manifest => manifest.GetProperty("platform").GetProperty("architecture").GetString() == "arm64");
        buildx.Write("descriptor.json", arm.GetRawText());
        await buildx.RunAsync("imagetools", "create", "--builder", builder, "--file", "descriptor.json", "-t", image + ":one");
        await buildx.RunAsync("imagetools", "create", "--builder", builder, "--prefer-index=false", "-t", image + ":plain", $"{image}@{arm.GetProperty("digest").GetString()}");

        Assert.Equal("amd64 arm64", platforms.Trim());
        Assert.Equal(2, JsonDocument.Parse(raw).RootElement.GetProperty("manifests").GetArrayLength());
        Assert.Equal(1, JsonDocument.Parse(dry).RootElement.GetProperty("manifests").GetArrayLength());
        Assert.Contains("arm64", await buildx.RunAsync("imagetools", "inspect", "--builder", builder, image + ":copy"), StringComparison.Ordinal);
        var one = JsonDocument.Parse(await buildx.RunAsync("imagetools", "inspect", "--builder", builder, "--raw", image + ":one")).RootElement;
        Assert.Equal(arm.GetProperty("digest").GetString(), one.GetProperty("manifests")[0].GetProperty("digest").GetString());
        Assert.Contains("\"layers\"", await buildx.RunAsync("imagetools", "inspect", "--builder", builder, "--raw", image + ":plain"), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Dial_stdio_joins_another_client_with_the_engine(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        var tool = await Peers.GetBuildxAsync();
        // HTTP/2's preface and empty settings: the server answers with settings of its own (frame type 4).
        var script = $"printf 'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n\\000\\000\\000\\004\\000\\000\\000\\000\\000'; sleep 3) | timeout 20 '{tool}' dial-stdio --builder {builder} --platform linux/arm64 --progress plain | head -c 9 | od -An -tu1";

        var result = await new Tool("sh") { Environment = buildx.Environment }.SucceedAsync("-c", "(" + script);

        Assert.Equal("4", result.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]);
    }

    private static async Task<double> UsedAsync(RemoteBuildx buildx) =>
        Lines(await buildx.RunAsync("du", "--builder", "unix", "--format", "json")).Sum(record => Bytes(record.GetProperty("Size").GetString()!));

    private static double Bytes(string text)
    {
        var unit = text.AsSpan().IndexOfAnyExcept("0123456789.");
        var factor = text[unit..] switch { "B" => 1, "kB" => 1e3, "MB" => 1e6, "GB" => 1e9, var other => throw new FormatException(other) };
        return double.Parse(text[..unit], CultureInfo.InvariantCulture) * factor;
    }

    private static List<JsonElement> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement)];
}
