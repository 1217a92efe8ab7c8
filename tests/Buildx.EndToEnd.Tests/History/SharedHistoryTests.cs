using System.Text.Json;
using Buildx.EndToEnd.Tests.Builders;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Our <c>history</c> and Docker Buildx's, of the same builds: each program shows, and hands on, what the other has made.</summary>
[Collection(RemoteCollection.Name)]
public sealed class SharedHistoryTests(RemoteBuilder remote, PlainDocker docker) : IClassFixture<PlainDocker>
{
    [Fact]
    public async Task A_bundle_is_the_same_whoever_writes_it_and_each_program_imports_the_other_s()
    {
        await using var place = await remote.BuildxAsync("unix");
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo bundled\n");
        UseBrowser(place);
        var reference = await BuildAsync(place, Ours(place));

        await Ours(place).SucceedAsync("history", "export", "-o", place.Path + "/ours.dockerbuild", reference);
        await (await place.ToolAsync()).SucceedAsync("history", "export", "-o", place.Path + "/theirs.dockerbuild", reference);
        var toOutput = await Ours(place).SucceedAsync("history", "export", reference);

        Assert.Equal(await ManifestAsync(place, "theirs"), await ManifestAsync(place, "ours"));
        Assert.NotEmpty(toOutput.Output);
        await using var desktop = await DesktopDouble.StartAsync(place.Path, reference);
        var imported = await Ours(place).SucceedAsync("history", "import", "-f", place.Path + "/theirs.dockerbuild");
        await (await place.ToolAsync()).SucceedAsync("history", "import", "-f", place.Path + "/ours.dockerbuild");
        Assert.Equal([.. new[] { "theirs", "ours" }.Select(name => File.ReadAllBytes($"{place.Path}/{name}.dockerbuild"))], desktop.Uploads.ToArray());
        Assert.Contains($"docker-desktop://dashboard/build/.imported/_/{reference}", imported.Error, StringComparison.Ordinal);
        Assert.Equal(2, place.Read("opened").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Without_Docker_Desktop_import_and_open_say_what_they_need()
    {
        await using var place = await remote.BuildxAsync("unix");
        place.Write("Dockerfile", "FROM scratch\n");
        place.Write("some.dockerbuild", "no bundle");
        place.Environment["HOME"] = place.Path;
        var reference = await BuildAsync(place, Ours(place));
        place.Environment["PATH"] = place.Path + "/nothing";

        var import = await Ours(place).ExecuteAsync("history", "import", "-f", "some.dockerbuild");
        var open = await Ours(place).ExecuteAsync("history", "open", reference);

        Assert.Equal((1, 1), (import.ExitCode, open.ExitCode));
        Assert.Contains("Docker Desktop does not answer at", import.Error, StringComparison.Ordinal);
        Assert.Contains("Docker Desktop shows it, where there is a desktop", open.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Builds_of_both_programs_have_their_names_in_the_other_s_list()
    {
        await using var place = await remote.BuildxAsync("unix");
        place.Write("Dockerfile", "FROM scratch\nCOPY . /\n");
        place.Write("other/some.Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
        var ours = await BuildAsync(place, Ours(place));
        var theirs = await BuildAsync(place, await place.ToolAsync(), "-f", "other/some.Dockerfile");

        foreach (var tool in new[] { Ours(place), await place.ToolAsync() })
        {
            var names = (await tool.SucceedAsync("history", "ls", "--format", "{{.Ref}} {{.Name}}")).Output;
            Assert.Contains($"{ours} project\n", names, StringComparison.Ordinal);
            Assert.Contains($"{theirs} project/other/some.Dockerfile\n", names, StringComparison.Ordinal);
        }
        var inspected = await Ours(place).SucceedAsync("history", "inspect", "--format", "{{.Context}} {{.Dockerfile}}", $"unix/unix0/{theirs}");
        Assert.Equal(". other/some.Dockerfile\n", inspected.Output);
    }

    [Fact]
    public async Task A_failed_build_is_shown_with_the_place_in_the_source_and_the_end_of_the_log()
    {
        await using var place = await remote.BuildxAsync("unix");
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo the last words; exit 7\n");
        await Ours(place).ExecuteAsync("build", ".");

        var ours = (await Ours(place).SucceedAsync("history", "inspect")).Output;

        Assert.Contains("Error:\t\tUnknown process \"/bin/sh -c echo the last words; exit 7\"", ours, StringComparison.Ordinal);
        Assert.Contains("   2 | >>> RUN echo the last words; exit 7", ours, StringComparison.Ordinal);
        Assert.Contains("> => [2/2] RUN echo the last words; exit 7:\n> the last words\n", ours, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_does_not_know_why_steps_run_is_said_not_to()
    {
        await using var place = await remote.BuildxAsync("unix");
        place.Environment["DOCKER_HOST"] = docker.Daemon.Host;
        place.Write("Dockerfile", "FROM scratch\nCOPY . /\n");
        await Ours(place).SucceedAsync("build", "--builder", "default", ".");

        var explained = await Ours(place).ExecuteAsync("history", "explain", "--builder", "default");
        var listed = await Ours(place).SucceedAsync("history", "ls", "--builder", "default", "--format", "{{.Name}} {{.Status}}");

        Assert.Equal(1, explained.ExitCode);
        Assert.Contains("the engine of builder \"default\" does not tell why steps run", explained.Error, StringComparison.Ordinal);
        // Other tests of this class have built there too.
        Assert.StartsWith("project Completed\n", listed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_client_is_told_the_reasons_while_it_builds_and_Docker_Buildx_sees_nothing_of_them()
    {
        await using var place = await remote.BuildxAsync("unix");
        place.Write("Dockerfile", "FROM scratch\nCOPY data /\n");
        place.Write("data", "one");
        var first = (await Ours(place).SucceedAsync("build", "--progress=plain", ".")).Error;
        place.Write("data", "two");
        var ours = (await Ours(place).SucceedAsync("build", "--progress=plain", ".")).Error;
        place.Write("data", "three");
        var theirs = (await (await place.ToolAsync()).SucceedAsync("build", "--progress=plain", ".")).All;
        place.Write("data", "four");
        var raw = (await (await place.ToolAsync()).SucceedAsync("build", "--progress=rawjson", ".")).All;
        var logs = (await (await place.ToolAsync()).SucceedAsync("history", "logs", "--progress=rawjson")).All;

        Assert.DoesNotContain("because", first, StringComparison.Ordinal);
        Assert.Contains("because file data changed\n", ours, StringComparison.Ordinal);
        foreach (var output in new[] { theirs, raw, logs })
        {
            Assert.DoesNotContain("because", output, StringComparison.Ordinal);
            Assert.DoesNotContain("buildx.reason", output, StringComparison.Ordinal);
        }
        Assert.Contains("file data changed", (await Ours(place).SucceedAsync("history", "explain")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unix")]
    [InlineData("default")]
    public async Task The_metadata_file_has_the_provenance_that_Docker_Buildx_writes(string builder)
    {
        await using var place = await remote.BuildxAsync("unix");
        place.Environment["DOCKER_HOST"] = docker.Daemon.Host;
        place.Environment["BUILDX_METADATA_PROVENANCE"] = "max";
        place.Write("Dockerfile", "FROM scratch\nARG A\nCOPY . /\n");

        var files = new List<string>();
        foreach (var tool in new[] { Ours(place), await place.ToolAsync() })
        {
            await tool.SucceedAsync("build", "--builder", builder, "--build-arg", "A=1", "--metadata-file", place.Path + "/metadata.json", ".");
            var provenance = JsonDocument.Parse(place.Read("metadata.json")).RootElement.GetProperty("buildx.build.provenance");
            // The session's, and times and names of the run, are each build's own.
            files.Add(string.Join('\n', provenance.EnumerateObject().Where(field => field.Name is "builder" or "buildType" or "invocation" or "materials")
                .OrderBy(field => field.Name, StringComparer.Ordinal).Select(field => field.Value.GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal))));
            Assert.True(provenance.GetProperty("metadata").TryGetProperty("buildInvocationID", out _));
            Assert.True(provenance.TryGetProperty("buildConfig", out _));
        }

        Assert.Equal(files[1], files[0]);
    }

    /// <summary>Our executable with the same builders, on the same project.</summary>
    private static Tool Ours(RemoteBuildx place) =>
        new(Repository.Executable) { Environment = place.Environment, WorkingDirectory = place.Project, Timeout = TimeSpan.FromMinutes(3) };

    private static async Task<string> BuildAsync(RemoteBuildx place, Tool tool, params string[] arguments)
    {
        await tool.SucceedAsync(["build", "--metadata-file", place.Path + "/metadata.json", .. arguments, "."]);
        return JsonDocument.Parse(place.Read("metadata.json")).RootElement.GetProperty("buildx.build.ref").GetString()!.Split('/')[^1];
    }

    private static async Task<string> ManifestAsync(RemoteBuildx place, string bundle)
    {
        var directory = Directory.CreateDirectory($"{place.Path}/{bundle}.d").FullName;
        await Tool.RunAsync("tar", "-xf", $"{place.Path}/{bundle}.dockerbuild", "-C", directory);
        var digest = JsonDocument.Parse(place.Read($"{bundle}.d/index.json")).RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString()!;
        return place.Read($"{bundle}.d/blobs/{digest.Replace(':', '/')}");
    }

    /// <summary>A browser that writes down what it was asked to show.</summary>
    private static void UseBrowser(RemoteBuildx place)
    {
        place.Environment["HOME"] = place.Path;
        var program = Path.Combine(Directory.CreateDirectory(place.Path + "/programs").FullName, "xdg-open");
        File.WriteAllText(program, $"#!/bin/sh\necho \"$1\" >> '{place.Path}/opened'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        place.Environment["PATH"] = $"{place.Path}/programs:/usr/bin:/bin";
    }
}
