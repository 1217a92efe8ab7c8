using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Caches;

/// <summary>Cache mounts that go with a cache from one builder to another.</summary>
public sealed class MountCacheTests(BaseImageRegistry bases, ObjectStores stores) : IClassFixture<ObjectStores>
{
    private const string Dockerfile = """
        FROM busybox:1.36 AS seed
        RUN mkdir /seed && echo seeded > /seed/file
        FROM busybox:1.36
        ARG RUN
        RUN --network=none --mount=type=cache,id=work,target=/work,uid=1,gid=2,mode=0711 \
            --mount=type=cache,target=/other,sharing=locked \
            --mount=type=cache,id=seeded,target=/seeded,from=seed,source=/seed,sharing=private \
            --mount=type=secret,id=key,target=/work/key,required=false \
            ls -A /work /other > /seen; cat /seeded/file >> /seen; stat -c '%a %u %g' /work >> /seen; \
            echo $RUN > /work/left; ln -sf left /work/link; chown 3:4 /work/left; echo $RUN > /other/also; echo $RUN > /seeded/file

        """;

    [Theory]
    [InlineData("local")]
    [InlineData("registry")]
    [InlineData("s3")]
    public async Task A_new_builder_begins_with_what_the_mounts_of_another_had(string type)
    {
        using var shared = new TemporaryDirectory();
        await using var first = await CreateAsync();
        await using var second = await CreateAsync();
        var (to, from) = Attributes(type, shared, "mounts");
        first.Write("key", "a-very-secret-key");

        await first.BuildAsync("--build-arg", "RUN=one", "--secret", "id=key,src=" + first.Project + "/key", "--cache-to", to + ",mounts=all", "-o", $"type=local,dest={first.Path}/files");
        await second.BuildAsync("--build-arg", "RUN=two", "--cache-from", from, "-o", $"type=local,dest={second.Path}/files");
        await second.BuildAsync("--build-arg", "RUN=three", "--cache-from", from, "-o", $"type=local,dest={second.Path}/again");

        Assert.Equal("/other:\n\n/work:\nkey\nseeded\n711 1 2\n", await first.ReadAsync("files/seen"));
        Assert.Equal("/other:\nalso\n\n/work:\nkey\nleft\nlink\none\n711 1 2\n", await second.ReadAsync("files/seen"));
        // What is there already stays what it is.
        Assert.Equal("/other:\nalso\n\n/work:\nkey\nleft\nlink\ntwo\n711 1 2\n", await second.ReadAsync("again/seen"));
        if (type == "local")
            Assert.Equal(1, (await new Tool("grep").ExecuteAsync("-rlz", "a-very-secret-key", shared.Path)).ExitCode);
    }

    [Fact]
    public async Task Only_mounts_that_are_named_go_with_it_and_BuildKit_passes_over_them()
    {
        using var shared = new TemporaryDirectory();
        await using var first = await CreateAsync();
        await using var second = await CreateAsync();
        await using var real = await RealBuildKit.StartAsync(bases);
        var (to, from) = Attributes("registry", shared, "named");

        await first.BuildAsync("--build-arg", "RUN=one", "--cache-to", to + ",mode=max,mounts=work;none-of-this-name");
        await second.BuildAsync("--build-arg", "RUN=two", "--cache-from", from, "-o", $"type=local,dest={second.Path}/files");
        var log = await real.BuildAsync(first.Project, "--build-arg", "RUN=one", "--cache-from", from);

        Assert.Equal("/other:\n\n/work:\nleft\nlink\nseeded\n711 1 2\n", await second.ReadAsync("files/seen"));
        Assert.Contains(PlainProgress.CachedSteps(log), step => step.Contains("RUN ", StringComparison.Ordinal));
    }

    private async Task<Workplace> CreateAsync()
    {
        var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", Dockerfile);
        return place;
    }

    private (string To, string From) Attributes(string type, TemporaryDirectory shared, string name) => type switch
    {
        "local" => ($"type=local,dest={shared}/{name}", $"type=local,src={shared}/{name}"),
        "registry" => ($"type=registry,ref={bases.Server.Host}/{name}:cache", $"type=registry,ref={bases.Server.Host}/{name}:cache"),
        _ => ($"{stores.Attributes(type)},name={name}", $"{stores.Attributes(type)},name={name}"),
    };
}
