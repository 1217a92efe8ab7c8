using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>This repository's own <c>docker-bake.hcl</c>: images and releases, baked with what it builds.</summary>
public sealed class OwnBakeFileTests(BaseImageRegistry bases)
{
    private static readonly string[] Platforms = ["linux/386", "linux/amd64", "linux/arm/v5", "linux/arm/v7", "linux/arm64", "linux/mips64le", "linux/ppc64le", "linux/s390x"];

    [Fact]
    public async Task Images_of_the_engine_and_of_binfmt_are_baked_together()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Environment["BUILDX_BUILDER"] = "test";
        place.Environment["BUILDX_EXECUTABLE"] = Repository.Executable;
        place.Environment["DESTINATION"] = place.Path;

        await place.Tool(Repository.Root + "/images/engine/make").SucceedAsync(
            place.Path + "/engine.tar", "engine-under-test:v1", "engine", "binfmt", $"--set=binfmt.output=type=docker,dest={place.Path}/binfmt.tar");

        var engine = await InspectAsync(place, "engine.tar");
        Assert.Equal("buildkitd", engine.GetProperty("config").GetProperty("Entrypoint")[0].GetString());
        var binfmt = await InspectAsync(place, "binfmt.tar");
        Assert.Equal(["buildx", "binfmt"], binfmt.GetProperty("config").GetProperty("Entrypoint").EnumerateArray().Select(word => word.GetString()));
        // It stands on the engine's image, layer by layer.
        Assert.Equal(
            engine.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(layer => layer.GetString()),
            binfmt.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(layer => layer.GetString()));
    }

    [Fact]
    public async Task A_release_has_executables_and_archives_that_fit_their_checksums()
    {
        await using var place = await Workplace.CreateAsync(bases);
        foreach (var platform in new[] { "linux/amd64", "linux/arm64" })
            place.Write($"files/executables/{platform}/buildx", $"the executable for {platform}");
        place.Environment["VERSION"] = "1.2.3";
        place.Environment["PLATFORMS"] = "linux/amd64,linux/arm64";
        place.Environment["FILES"] = place.Project + "/files";
        place.Environment["SOURCE_DATE_EPOCH"] = "1735689600";
        place.Environment["DESTINATION"] = place.Path;
        var buildx = place.Tool(Repository.Executable) with { WorkingDirectory = Repository.Root };

        await buildx.SucceedAsync("bake", $"--allow=fs={place.Path}", "release");
        await buildx.SucceedAsync("bake", $"--allow=fs={place.Path}", $"--set=release.output=type=local,dest={place.Path}/again,platform-split=false", "--no-cache", "release");

        var release = place.Path + "/release";
        Assert.Equal(
            from platform in new[] { "amd64", "arm64" } from end in new[] { "", ".sha256", ".tar.gz", ".tar.gz.sha256" } select $"buildx-1.2.3-linux-{platform}{end}",
            Directory.GetFiles(release).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await (place.Tool("bash") with { WorkingDirectory = release }).SucceedAsync("-c", "sha256sum --check -- *.sha256");
        Assert.Equal("LICENSE\nREADME.md\nbuildx\n", (await place.Tool("tar").SucceedAsync("-tzf", release + "/buildx-1.2.3-linux-arm64.tar.gz")).Output);
        // The same files give the same bytes.
        await place.Tool("diff").SucceedAsync("-r", release, place.Path + "/again");
    }

    [Fact]
    public async Task The_base_image_has_every_platforms_files()
    {
        await using var place = await Workplace.CreateAsync(bases);
        foreach (var platform in Platforms)
            place.Write($"files/roots/{platform}/bin/busybox", platform);
        place.Environment["FILES"] = place.Project + "/files";
        place.Environment["DESTINATION"] = place.Path;
        place.Environment["SOURCE_DATE_EPOCH"] = "1735689600";

        await (place.Tool(Repository.Executable) with { WorkingDirectory = Repository.Root }).SucceedAsync("bake", $"--allow=fs={place.Path}", "base");

        var index = await Tool.RunAsync("skopeo", "inspect", "--raw", $"oci-archive:{place.Path}/base.tar");
        var found = JsonDocument.Parse(index).RootElement.GetProperty("manifests").EnumerateArray().Select(manifest => manifest.GetProperty("platform"))
            .Select(platform => $"linux/{platform.GetProperty("architecture").GetString()}{(platform.TryGetProperty("variant", out var variant) && variant.GetString() != "v8" ? "/" + variant.GetString() : "")}");
        Assert.Equal(Platforms, found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Docker_Buildx_reads_it_the_same_way()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var ours = await (place.Tool(Repository.Executable) with { WorkingDirectory = Repository.Root }).SucceedAsync("bake", "--print", "engine", "binfmt", "base", "release");
        var docker = place.Tool(await Peers.GetBuildxAsync()) with { WorkingDirectory = Repository.Root };
        var theirs = await docker.SucceedAsync("bake", "--print", "engine", "binfmt", "base", "release");
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(ours.Output).RootElement, JsonDocument.Parse(theirs.Output).RootElement), $"{ours.Output}\n{theirs.Output}");
    }

    private static async Task<JsonElement> InspectAsync(Workplace place, string archive) =>
        JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--config", "--raw", $"docker-archive:{place.Path}/{archive}")).RootElement.Clone();
}
