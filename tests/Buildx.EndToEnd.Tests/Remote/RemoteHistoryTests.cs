using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary><c>docker buildx history</c> beyond listing and removing: bundles, attachments, Docker Desktop, one repository's builds.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteHistoryTests(RemoteBuilder remote)
{
    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Export_with_all_takes_every_record_of_the_builder_and_import_hands_the_bundle_on(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        var first = await BuildAsync(buildx, builder, "one");
        var second = await BuildAsync(buildx, builder, "two");

        await buildx.RunAsync("history", "export", "--builder", builder, "--finalize", "-o", buildx.Path + "/some.dockerbuild", first, second);
        await buildx.RunAsync("history", "export", "--builder", builder, "--all", "--finalize", "-o", buildx.Path + "/all.dockerbuild");
        var none = await buildx.FailAsync("history", "export", "--builder", builder, "-o", buildx.Path + "/none.dockerbuild", "nosuchbuild");

        Assert.Equal([first, second], await ReferencesAsync(buildx, "some.dockerbuild"));
        var all = await ReferencesAsync(buildx, "all.dockerbuild");
        Assert.Superset(new HashSet<string>([first, second]), all.ToHashSet());
        Assert.Equal(Records(await buildx.RunAsync("history", "ls", "--builder", builder, "--no-trunc", "--format", "json")).Count, all.Count);
        Assert.Contains("nosuchbuild", none.All, StringComparison.Ordinal);

        // Without Docker Desktop the reason is said; with it, it gets the bundle, and its page is opened.
        buildx.Environment["HOME"] = buildx.Path;
        var missing = await buildx.FailAsync("history", "import", "-f", buildx.Path + "/some.dockerbuild");
        Assert.Contains("check if Docker Desktop is running", missing.All, StringComparison.Ordinal);
        UseBrowser(buildx);
        await using var desktop = await DesktopDouble.StartAsync(buildx.Path, first);
        var imported = await (await buildx.ToolAsync()).SucceedAsync("history", "import", "-f", buildx.Path + "/some.dockerbuild");
        Assert.Equal(await File.ReadAllBytesAsync(buildx.Path + "/some.dockerbuild", TestContext.Current.CancellationToken), Assert.Single(desktop.Uploads));
        Assert.Contains($"docker-desktop://dashboard/build/.imported/_/{first}", imported.All, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Open_shows_the_record_in_a_browser_and_says_so_where_there_is_none(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        var reference = await BuildAsync(buildx, builder, "one");
        buildx.Environment["PATH"] = buildx.Path + "/nothing";

        var without = await buildx.FailAsync("history", "open", "--builder", builder, reference);
        UseBrowser(buildx);
        await buildx.RunAsync("history", "open", "--builder", builder, reference);
        var latest = buildx.Read("opened");
        await buildx.RunAsync("history", "open", "--builder", builder);

        Assert.Contains("xdg-open", without.All, StringComparison.Ordinal);
        Assert.Equal($"docker-desktop://dashboard/build/{builder}/{builder}0/{reference}\n", latest);
        Assert.Equal(latest + latest, buildx.Read("opened"));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Local_lists_the_builds_of_the_repository_one_is_in(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        var elsewhere = await BuildAsync(buildx, builder, "elsewhere");
        var git = new Tool("git") { WorkingDirectory = buildx.Project };
        var address = $"https://example.com/{Guid.NewGuid():n}.git";
        await git.SucceedAsync("init", "--quiet");
        await git.SucceedAsync("remote", "add", "origin", address);
        await git.SucceedAsync("add", "--all");
        await git.SucceedAsync("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "one");
        var here = await BuildAsync(buildx, builder, "here");

        var local = Records(await buildx.RunAsync("history", "ls", "--builder", builder, "--local", "--no-trunc", "--format", "json"));
        var filtered = Records(await buildx.RunAsync("history", "ls", "--builder", builder, "--filter", $"repository={address}", "--filter", "status=completed", "--filter", "duration<10m", "--no-trunc", "--format", "json"));
        var others = Records(await buildx.RunAsync("history", "ls", "--builder", builder, "--filter", $"repository!={address}", "--no-trunc", "--format", "json"));
        var inspected = JsonDocument.Parse(await buildx.RunAsync("history", "inspect", "--builder", builder, "--format", "json", here)).RootElement;

        Assert.Equal([here], local);
        Assert.Equal([here], filtered);
        Assert.Contains(elsewhere, others);
        Assert.DoesNotContain(here, others);
        Assert.Equal(address, inspected.GetProperty("VCSRepository").GetString());
        Assert.Equal((await git.SucceedAsync("rev-parse", "HEAD")).Output.Trim(), inspected.GetProperty("VCSRevision").GetString());
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Attachments_are_found_by_type_and_platform_and_logs_come_in_every_form(string builder)
    {
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var buildx = await remote.BuildxAsync(builder);
        var reference = await BuildAsync(
            buildx, builder, "attached", "--platform", "linux/amd64,linux/arm64", "--attest", "type=provenance,mode=max", "-t", registry.Host + "/app:v1", "--push");
        Task<string> AttachmentAsync(params string[] arguments) => buildx.RunAsync(["history", "inspect", "attachment", "--builder", builder, .. arguments, reference]);

        var index = JsonDocument.Parse(await AttachmentAsync("--type", "index")).RootElement;
        var first = JsonDocument.Parse(await AttachmentAsync("--platform", "linux/arm64")).RootElement;
        var provenance = JsonDocument.Parse(await AttachmentAsync("--type", "provenance", "--platform", "linux/arm64")).RootElement;
        var manifest = JsonDocument.Parse(await AttachmentAsync("--type", "application/vnd.oci.image.manifest.v1+json", "--platform", "linux/amd64")).RootElement;
        var missing = await buildx.FailAsync("history", "inspect", "attachment", "--builder", builder, "--type", "sbom", reference);
        var tool = await buildx.ToolAsync();
        var json = (await tool.SucceedAsync("history", "logs", "--builder", builder, "--progress", "rawjson", reference)).All;
        var terminal = (await (tool with { Name = "script" }).SucceedAsync("-qec", $"'{tool.Name}' history logs --builder {builder} --progress tty {reference}", "/dev/null")).Output;

        Assert.Equal(4, index.GetProperty("manifests").GetArrayLength());
        Assert.NotEqual(first.GetRawText(), manifest.GetRawText());
        Assert.Contains("echo attached", provenance.GetRawText(), StringComparison.Ordinal);
        Assert.NotEqual(0, manifest.GetProperty("layers").GetArrayLength());
        Assert.Contains("no matching attachment", missing.All, StringComparison.Ordinal);
        Assert.Contains("\"vertexes\"", json, StringComparison.Ordinal);
        Assert.Contains("echo attached", terminal, StringComparison.Ordinal);
    }

    /// <summary>Builds something that says what it is told, and returns the record's reference.</summary>
    private static async Task<string> BuildAsync(RemoteBuildx buildx, string builder, string what, params string[] arguments)
    {
        buildx.Write("Dockerfile", $"FROM busybox:1.36\nRUN echo {what}\n");
        await buildx.BuildAsync(builder, ["--metadata-file", buildx.Path + "/metadata.json", .. arguments]);
        return JsonDocument.Parse(buildx.Read("metadata.json")).RootElement.GetProperty("buildx.build.ref").GetString()!.Split('/')[^1];
    }

    /// <summary>A browser that writes down what it was asked to show.</summary>
    private static void UseBrowser(RemoteBuildx buildx)
    {
        var program = buildx.Path + "/programs/xdg-open";
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.WriteAllText(program, $"#!/bin/sh\necho \"$1\" >> '{buildx.Path}/opened'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        buildx.Environment["PATH"] = $"{buildx.Path}/programs:/usr/bin:/bin";
    }

    /// <summary>The builds whose records a bundle of several holds.</summary>
    private static async Task<List<string>> ReferencesAsync(RemoteBuildx buildx, string bundle)
    {
        var directory = Directory.CreateDirectory($"{buildx.Path}/{bundle}.d").FullName;
        await Tool.RunAsync("tar", "-xf", $"{buildx.Path}/{bundle}", "-C", directory);
        var index = Manifests($"{bundle}.d/index.json")[0].GetProperty("digest").GetString()!;
        return [.. Manifests($"{bundle}.d/blobs/{index.Replace(':', '/')}").EnumerateArray().Select(record => record.GetProperty("annotations").GetProperty("vnd.buildkit.history.reference").GetString()!)];

        JsonElement Manifests(string file) => JsonDocument.Parse(buildx.Read(file)).RootElement.GetProperty("manifests");
    }

    private static List<string> Records(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("ref").GetString()!.Split('/')[^1])];
}
