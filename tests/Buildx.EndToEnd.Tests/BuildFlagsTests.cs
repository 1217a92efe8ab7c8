using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Flags and build arguments that change how something is built, with our own command line and the embedded engine.</summary>
public sealed class BuildFlagsTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task Without_the_cache_every_step_runs_again_and_with_a_filter_those_of_its_stages()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", """
            FROM busybox:1.36 AS one
            RUN head -c 8 /dev/urandom | od -An -tx1 >/one
            FROM busybox:1.36 AS two
            RUN head -c 8 /dev/urandom | od -An -tx1 >/two
            FROM scratch
            COPY --from=one /one /
            COPY --from=two /two /
            """);

        var first = await BuildAsync(place);
        var cached = await BuildAsync(place);
        var filtered = await BuildAsync(place, "--no-cache-filter", "two");
        var none = await BuildAsync(place, "--no-cache");

        Assert.Equal(first, cached);
        Assert.Equal(first.One, filtered.One);
        Assert.NotEqual(first.Two, filtered.Two);
        Assert.NotEqual(filtered.One, none.One);
        Assert.NotEqual(filtered.Two, none.Two);
    }

    [Fact]
    public async Task The_files_with_the_image_s_id_and_the_metadata_say_what_the_archive_holds()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nLABEL a=b\n");

        await place.BuildxAsync("build", "-t", "example/app:1", "--iidfile", "id", "--metadata-file", "metadata.json", "-o", "type=oci,dest=image.tar", ".");

        var metadata = Json(place, "metadata.json");
        var index = Json(await TarAsync(place, "index.json"));
        var digest = index.GetProperty("manifests")[0].GetProperty("digest").GetString()!;
        var config = Json(await TarAsync(place, $"blobs/{digest.Replace(':', '/')}")).GetProperty("config").GetProperty("digest").GetString();
        Assert.Equal(config, await ReadAsync(place, "id"));
        Assert.Equal(config, metadata.GetProperty("containerimage.config.digest").GetString());
        Assert.Equal(digest, metadata.GetProperty("containerimage.digest").GetString());
        Assert.Equal("docker.io/example/app:1", metadata.GetProperty("image.name").GetString());
    }

    [Fact]
    public async Task An_image_that_was_pushed_anew_is_seen_with_pull_and_also_without()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var image = $"{bases.Server.Host}/moving:{Guid.NewGuid():n}";
        place.Write("base/Dockerfile", "FROM busybox:1.36\nARG N\nRUN echo $N >/n\n");
        place.Write("Dockerfile", $"FROM {image}\nRUN cp /n /seen\n");
        await PushAsync("1");
        await place.BuildxAsync("build", "-o", "out", ".");
        var before = await ReadAsync(place, "out/seen");
        await PushAsync("2");

        var log = await place.BuildAsync("--pull", "-o", $"{place.Project}/out");
        var pulled = await ReadAsync(place, "out/seen");
        await PushAsync("3");
        await place.BuildAsync("-o", $"{place.Project}/out");

        Assert.Equal(("1\n", "2\n", "3\n"), (before, pulled, await ReadAsync(place, "out/seen")));
        Assert.Contains($"[internal] load metadata for {image}", log, StringComparison.Ordinal);

        Task<string> PushAsync(string n) => place.BuildxAsync("build", "--build-arg", $"N={n}", "-t", image, "--push", "base");
    }

    [Fact]
    public async Task Host_gateway_is_the_address_of_the_machine()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN grep here.test /etc/hosts >/hosts\n");

        await place.BuildxAsync("build", "--add-host", "here.test=host-gateway", "--add-host", "away.test:10.0.0.7", "-o", "out", ".");

        Assert.Equal("127.0.0.1\there.test\n", await ReadAsync(place, "out/hosts"));
    }

    [Fact]
    public async Task Build_arguments_name_the_sandbox_make_an_index_and_set_the_rules()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36 as lower\nRUN hostname >/name\n");

        await place.BuildxAsync("build", "--build-arg", "BUILDKIT_SANDBOX_HOSTNAME=inside.test", "-o", "out", ".");
        await place.BuildxAsync("build", "--build-arg", "BUILDKIT_MULTI_PLATFORM=1", "--metadata-file", "many", "-o", "type=oci,dest=many.tar", ".");
        await place.BuildxAsync("build", "--metadata-file", "one", "-o", "type=oci,dest=one.tar", ".");
        var strict = await place.Tool(Repository.Executable).ExecuteAsync("build", "--build-arg", "BUILDKIT_DOCKERFILE_CHECK=error=true", ".");

        Assert.Equal("inside.test\n", await ReadAsync(place, "out/name"));
        Assert.EndsWith("image.index.v1+json", MediaType(place, "many"), StringComparison.Ordinal);
        Assert.EndsWith("image.manifest.v1+json", MediaType(place, "one"), StringComparison.Ordinal);
        Assert.Equal(1, strict.ExitCode);
        Assert.Contains("FromAsCasing", strict.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_s_name_is_what_docker_shows_in_its_history()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch\n");
        var docker = await DockerBuildxTests.ConnectAsync(place);

        await place.BuildxAsync("build", "--build-arg", "BUILDKIT_BUILD_NAME=nightly", ".");

        var record = Json((await docker.SucceedAsync("history", "ls", "--builder", "remote", "--format", "json")).Output.Split('\n')[0]);
        Assert.Equal("nightly", record.GetProperty("name").GetString());
    }

    [Fact]
    public async Task The_time_of_the_source_is_the_time_of_everything_in_the_image()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch\nCOPY data /in/\n");
        place.Write("data", "x");
        var digests = new List<string>();
        foreach (var name in new[] { "a", "b" })
        {
            await place.BuildxAsync(
                "build", "--no-cache", "--build-arg", "SOURCE_DATE_EPOCH=1600000000", "--metadata-file", name + ".json", "-o", $"type=oci,dest={name}.tar,rewrite-timestamp=true", ".");
            digests.Add(Json(place, name + ".json").GetProperty("containerimage.digest").GetString()!);
            File.SetLastWriteTimeUtc(Path.Combine(place.Project, "data"), DateTime.UtcNow.AddDays(-1));
        }

        Assert.Equal(digests[0], digests[1]);
        var manifest = Json(await TarAsync(place, $"blobs/{digests[0].Replace(':', '/')}", "a.tar"));
        var config = Json(await TarAsync(place, $"blobs/{manifest.GetProperty("config").GetProperty("digest").GetString()!.Replace(':', '/')}", "a.tar"));
        Assert.Equal("2020-09-13T12:26:40Z", config.GetProperty("created").GetString());
        await place.Tool("tar").SucceedAsync("-xf", "a.tar", "-C", Directory.CreateDirectory(Path.Combine(place.Project, "a")).FullName);
        var layer = manifest.GetProperty("layers")[0].GetProperty("digest").GetString()!.Replace(':', '/');
        var listing = (await place.Tool("tar").SucceedAsync("--full-time", "--utc", "-tvf", $"a/blobs/{layer}")).Output;
        Assert.All(listing.Trim().Split('\n'), line => Assert.Contains("2020-09-13 12:26:40", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stage_that_is_emulated_without_need_is_named_and_the_change_makes_the_hint_go()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36 AS pages\nCOPY --chmod=755 hugo /bin/\nRUN hugo && mkdir /public\nFROM scratch\nCOPY --from=pages /public /public\n");
        place.Write("hugo", "#!/bin/sh\n");

        var hinted = await place.BuildAsync("--platform", "linux/amd64,linux/arm64");
        place.Write("Dockerfile", (await ReadAsync(place, "Dockerfile")).Replace("FROM busybox", "FROM --platform=$BUILDPLATFORM busybox", StringComparison.Ordinal));
        var quiet = await place.BuildAsync("--platform", "linux/amd64,linux/arm64");

        Assert.Contains("EmulatedRun", hinted, StringComparison.Ordinal);
        Assert.Contains("FROM --platform=$BUILDPLATFORM busybox:1.36 AS pages", hinted, StringComparison.Ordinal);
        Assert.DoesNotContain("EmulatedRun", quiet, StringComparison.Ordinal);
    }

    private static async Task<(string One, string Two)> BuildAsync(Workplace place, params string[] arguments)
    {
        await place.BuildxAsync(["build", "-o", "out", .. arguments, "."]);
        return (await ReadAsync(place, "out/one"), await ReadAsync(place, "out/two"));
    }

    private static string MediaType(Workplace place, string metadata) =>
        Json(place, metadata).GetProperty("containerimage.descriptor").GetProperty("mediaType").GetString()!;

    private static JsonElement Json(Workplace place, string file) => Json(File.ReadAllText(Path.Combine(place.Project, file)));

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static async Task<string> TarAsync(Workplace place, string entry, string archive = "image.tar") =>
        (await place.Tool("tar").SucceedAsync("-xOf", archive, entry)).Output;

    private static Task<string> ReadAsync(Workplace place, string path) => File.ReadAllTextAsync(Path.Combine(place.Project, path), TestContext.Current.CancellationToken);
}
