using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Caches;

/// <summary>Builders that build different platforms and write to one cache.</summary>
public sealed class PlatformCacheTests(BaseImageRegistry bases, ObjectStores stores) : IClassFixture<ObjectStores>
{
    [Theory]
    [InlineData("local")]
    [InlineData("registry")]
    [InlineData("s3")]
    public async Task Builds_of_two_platforms_one_after_the_other_leave_both_in_one_cache(string type)
    {
        using var shared = new TemporaryDirectory();
        var (to, from) = Attributes(type, shared, "platforms");
        await using var first = await CachedProject.CreateAsync(bases);
        await using var second = await CachedProject.CreateAsync(bases);
        await using var last = await CachedProject.CreateAsync(bases);

        await first.BuildAsync("--platform", "linux/amd64", "--cache-to", to, "-o", $"type=local,dest={first.Path}/files");
        await second.BuildAsync("--platform", "linux/arm64", "--cache-to", to, "-o", $"type=local,dest={second.Path}/files");
        await last.BuildAsync("--platform", "linux/amd64,linux/arm64", "--cache-from", from, "-o", $"type=local,dest={last.Path}/files");

        Assert.Equal(await first.ReadAsync("files/out/built"), await last.ReadAsync("files/linux_amd64/out/built"));
        Assert.Equal(await second.ReadAsync("files/out/built"), await last.ReadAsync("files/linux_arm64/out/built"));
    }

    [Fact]
    public async Task Nodes_of_one_builder_write_to_one_cache_which_BuildKit_reads()
    {
        using var shared = new TemporaryDirectory();
        await using var one = await Buildkitd.StartAsync(bases);
        await using var other = await Buildkitd.StartAsync(bases);
        await using var place = await CachedProject.CreateAsync(bases);
        await using var real = await RealBuildKit.StartAsync(bases);
        await place.BuildxAsync("create", "--name", "pair", "--use", "--node", "one", "--driver", "remote", "--platform", "linux/amd64", one.UnixAddress);
        await place.BuildxAsync("create", "--name", "pair", "--append", "--node", "other", "--driver", "remote", "--platform", "linux/arm64", other.UnixAddress);
        string[] types = ["local", "registry", "s3"];

        await place.BuildAsync(
            ["--platform", "linux/amd64,linux/arm64", "-o", $"type=local,dest={place.Path}/files", .. types.SelectMany(type => new[] { "--cache-to", Attributes(type, shared, "nodes").To })]);

        foreach (var type in types)
        {
            await using var last = await CachedProject.CreateAsync(bases);
            await last.BuildAsync("--platform", "linux/amd64,linux/arm64", "--cache-from", Attributes(type, shared, "nodes").From, "-o", $"type=local,dest={last.Path}/files");
            foreach (var platform in new[] { "linux_amd64", "linux_arm64" })
                Assert.Equal((type, await place.ReadAsync($"files/{platform}/out/built")), (type, await last.ReadAsync($"files/{platform}/out/built")));
        }
        await real.BuildAsync(place.Project, "--cache-from", Attributes("registry", shared, "nodes").From, "-o", $"type=local,dest={place.Path}/theirs");
        Assert.Equal(await place.ReadAsync("files/linux_amd64/out/built"), await place.ReadAsync("theirs/out/built"));
    }

    private (string To, string From) Attributes(string type, TemporaryDirectory shared, string name) => type switch
    {
        "local" => ($"type=local,dest={shared}/{name},mode=max", $"type=local,src={shared}/{name}"),
        "registry" => ($"type=registry,ref={bases.Server.Host}/{name}:cache,mode=max", $"type=registry,ref={bases.Server.Host}/{name}:cache"),
        _ => ($"{stores.Attributes(type)},name={name},mode=max", $"{stores.Attributes(type)},name={name}"),
    };
}
