using System.Text.Json;
using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Caches;

/// <summary>Caches that leave one builder and are used by another: ours and BuildKit's, through directories, registries and images.</summary>
public sealed partial class CacheExchangeTests(BaseImageRegistry bases)
{
    [Theory]
    [InlineData("type=local,dest={0}/cache,mode=max", "type=local,src={0}/cache")]
    [InlineData("type=local,dest={0}/cache,mode=max,image-manifest=false,oci-mediatypes=false,compression=zstd", "type=local,src={0}/cache")]
    [InlineData("type=registry,ref={1}/app:cache,mode=max", "type=registry,ref={1}/app:cache")]
    [InlineData("type=registry,ref={1}/app:index,mode=max,image-manifest=false", "{1}/app:index")]
    public async Task A_builder_without_anything_runs_no_step_with_the_cache_of_another(string to, string from)
    {
        using var shared = new TemporaryDirectory();
        await using var first = await CreateAsync();
        await using var second = await CreateAsync();

        await first.BuildAsync("--cache-to", Fill(to, shared), "-o", $"type=local,dest={first.Path}/files");
        var log = await second.BuildAsync("--cache-from", Fill(from, shared), "-o", $"type=local,dest={second.Path}/files");

        Assert.Equal(CachedProject.Steps, PlainProgress.CachedSteps(log).Count);
        Assert.Equal(await first.ReadAsync("files/out/built"), await second.ReadAsync("files/out/built"));
    }

    [Fact]
    public async Task A_minimal_cache_is_enough_for_the_whole_image_and_a_change_runs_only_what_depends_on_it()
    {
        using var shared = new TemporaryDirectory();
        await using var first = await CreateAsync();
        await using var second = await CreateAsync();
        await first.BuildAsync("--cache-to", $"type=local,dest={shared}/cache", "-o", $"type=local,dest={first.Path}/files");

        await second.BuildAsync("--cache-from", $"type=local,src={shared}/cache", "-o", $"type=local,dest={second.Path}/files");
        Assert.Equal(await first.ReadAsync("files/out/built"), await second.ReadAsync("files/out/built"));

        await using var third = await CreateAsync();
        third.Write("one.txt", "changed");
        await third.BuildAsync("--cache-from", $"type=local,src={shared}/cache", "-o", $"type=local,dest={third.Path}/files");
        Assert.Equal(await first.ReadAsync("files/out/built"), await third.ReadAsync("files/out/built"));
        Assert.Equal("changed", await third.ReadAsync("files/texts/one.txt"));
    }

    [Theory]
    [InlineData("type=local,dest={0}/cache,mode=max", "type=local,src={0}/cache")]
    [InlineData("type=registry,ref={1}/exchange:cache,mode=max", "type=registry,ref={1}/exchange:cache")]
    public async Task BuildKit_runs_no_step_with_our_cache_and_we_run_none_with_its(string to, string from)
    {
        using var shared = new TemporaryDirectory();
        await using var first = await CreateAsync();
        await using var last = await CreateAsync();
        await using var real = await RealBuildKit.StartAsync(bases);
        await first.BuildAsync("--cache-to", Fill(to, shared), "-o", $"type=local,dest={first.Path}/files");

        var theirs = await real.BuildAsync(
            first.Project, "--cache-from", Fill(from, shared), "--cache-to", Fill(to, shared).Replace("cache,mode", "back,mode", StringComparison.Ordinal), "-o", $"type=local,dest={shared}/theirs");
        var back = await last.BuildAsync("--cache-from", Fill(from, shared).Replace("cache", "back", StringComparison.Ordinal), "-o", $"type=local,dest={last.Path}/files");

        Assert.DoesNotContain(RanStep().Matches(theirs), match => match.Success);
        Assert.Equal(CachedProject.Steps, PlainProgress.CachedSteps(back).Count);
        Assert.Equal(await first.ReadAsync("files/out/built"), await last.ReadAsync("files/out/built"));
    }

    [Fact]
    public async Task A_target_that_others_link_to_is_imported_by_BuildKit_too()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var real = await RealBuildKit.StartAsync(bases);
        place.Environment["DOCKER_HOST"] = real.DockerHost;
        place.Write("docker-bake.hcl", """
            variable "out" {}
            target "base" {
              dockerfile-inline = "FROM busybox:1.36\nRUN --network=none cat /proc/sys/kernel/random/uuid > /stamp\n"
              cache-from = ["type=local,src=cache"]
              cache-to   = ["type=local,dest=cache,mode=max"]
            }
            target "default" {
              contexts = { base = "target:base" }
              dockerfile-inline = "FROM scratch\nCOPY --from=base /stamp /\n"
              output = [out]
            }
            """);
        await place.BuildxAsync("bake", "--builder=default", "--set=base.cache-from=", "base");
        await real.BuildxAsync("prune", "--all", "--force");

        place.Environment["out"] = "one";
        await place.BuildxAsync("bake", "--builder=default", "--set=base.cache-to=");
        await real.BuildxAsync("prune", "--all", "--force");
        place.Environment["out"] = "two";
        await place.BuildxAsync("bake", "--builder=default", "--set=base.cache-to=");

        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(place.Project, "one/stamp"), TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(Path.Combine(place.Project, "two/stamp"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_image_carries_its_own_cache_in_its_config()
    {
        await using var first = await CreateAsync();
        await using var second = await CreateAsync();
        var image = $"{bases.Server.Host}/inline/app:1";

        await first.BuildAsync("--build-arg", "BUILDKIT_INLINE_CACHE=1", "-t", image, "--push");
        await second.BuildAsync("--cache-from", image, "-t", $"{bases.Server.Host}/inline/app:2", "--push", "--cache-to", "type=inline");

        var digests = await Task.WhenAll(new[] { "1", "2" }.Select(async tag =>
        {
            using var config = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--config", "--raw", "--tls-verify=false", $"docker://{bases.Server.Host}/inline/app:{tag}"));
            Assert.True(config.RootElement.TryGetProperty("moby.buildkit.cache.v0", out _));
            return config.RootElement.GetProperty("rootfs").GetRawText();
        }));
        Assert.Equal(digests[0], digests[1]);
    }

    [Fact]
    public async Task Two_platforms_are_in_one_cache()
    {
        using var shared = new TemporaryDirectory();
        await using var first = await CreateAsync();
        await using var second = await CreateAsync();
        await first.BuildAsync("--platform", "linux/amd64,linux/arm64", "--cache-to", $"type=local,dest={shared}/cache,mode=max");

        var log = await second.BuildAsync("--platform", "linux/amd64,linux/arm64", "--cache-from", $"type=local,src={shared}/cache");

        // Six for each platform, and what --link copies: one step for both, which is shown with the first.
        var linked = PlainProgress.CachedSteps(log).ToLookup(step => step.Contains("COPY --link", StringComparison.Ordinal));
        Assert.Equal(12, linked[false].Count());
        Assert.NotEmpty(linked[true]);
        Assert.DoesNotContain("RUN", string.Concat(RanStep().Matches(log)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_is_missing_is_told_and_the_build_goes_on()
    {
        await using var place = await CreateAsync();

        var log = await place.BuildAsync(
            "--cache-from", $"{bases.Server.Host}/no/such:cache", "--cache-from", $"type=local,src={place.Path}/nothing", "-o", $"type=local,dest={place.Path}/files");

        Assert.Contains("importing cache manifest from", log, StringComparison.Ordinal);
        Assert.Contains($"there is no cache in {place.Path}/nothing", log, StringComparison.Ordinal);
        Assert.Equal("one", await place.ReadAsync("files/texts/one.txt"));
    }

    [Fact]
    public async Task A_cache_that_can_not_be_exported_fails_the_build_unless_that_is_allowed()
    {
        await using var place = await CreateAsync();
        var buildx = place.Tool(Repository.Executable);

        var refused = await buildx.ExecuteAsync("build", "--progress=plain", "--cache-to", "type=registry,ref=127.0.0.1:1/x:y", place.Project);
        var ignored = await buildx.ExecuteAsync("build", "--progress=plain", "--cache-to", "type=registry,ref=127.0.0.1:1/x:y,ignore-error=true", place.Project);
        var unknown = await buildx.ExecuteAsync("build", "--cache-to", "type=ftp,dest=x", place.Project);

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Equal(0, ignored.ExitCode);
        Assert.Contains("cache export type=ftp is not supported", unknown.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_real_Buildx_exports_and_imports_through_the_engine()
    {
        using var shared = new TemporaryDirectory();
        await using var first = await CreateAsync();
        await using var second = await CreateAsync();
        var exporting = await DockerBuildxTests.ConnectAsync(first);
        var importing = await DockerBuildxTests.ConnectAsync(second);

        await exporting.SucceedAsync("build", "--builder", "remote", "--progress=plain", "--cache-to", $"type=local,dest={shared}/cache,mode=max", ".");
        var log = await importing.SucceedAsync("build", "--builder", "remote", "--progress=plain", "--cache-from", $"type=local,src={shared}/cache", ".");

        Assert.Equal(CachedProject.Steps, PlainProgress.CachedSteps(log.All).Count);
    }

    private Task<Workplace> CreateAsync() => CachedProject.CreateAsync(bases);

    private string Fill(string text, TemporaryDirectory shared) => string.Format(System.Globalization.CultureInfo.InvariantCulture, text, shared.Path, bases.Server.Host);

    /// <summary>A step of the Dockerfile that took time, in the words of the plain display.</summary>
    [GeneratedRegex(@"^#(\d+) \[[^\]]*\d/\d\] (RUN|COPY|WORKDIR)[^\n]*\n#\1 DONE", RegexOptions.Multiline)]
    private static partial Regex RanStep();
}
