namespace Buildx.EndToEnd.Tests;

/// <summary>Cache mounts of two builds that run at the same time.</summary>
public sealed class CacheMountTests(BaseImageRegistry bases)
{
    /// <summary>Both steps go on only when both are running: each waits for the other's mark in a cache that they share.</summary>
    private const string Meet = "touch /meet/$ME; i=0; until [ -e /meet/$OTHER ]; do i=$((i+1)); [ $i -lt 300 ] || exit 9; sleep 0.1; done";

    [Fact]
    public async Task Shared_means_one_directory_for_both()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", $"FROM busybox:1.36\nARG ME\nARG OTHER\nRUN --mount=type=cache,id=meet,target=/meet {Meet}; ls /meet >/seen\n");

        await BuildBothAsync(place);

        Assert.Equal(("a\nb\n", "a\nb\n"), await SeenAsync(place));
    }

    [Fact]
    public async Task Private_gives_the_second_a_directory_of_its_own_and_a_later_build_one_of_them()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", $"""
            FROM busybox:1.36
            ARG ME
            ARG OTHER
            RUN --mount=type=cache,id=meet,target=/meet --mount=type=cache,id=own,target=/own,sharing=private touch /own/$ME; {Meet}; ls /own >/seen
            """);

        await BuildBothAsync(place);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN --mount=type=cache,id=own,target=/own,sharing=private ls /own >/seen\n");
        await BuildAsync(place, "later", "none");

        Assert.Equal(("a\n", "b\n"), await SeenAsync(place));
        Assert.Contains(await ReadAsync(place, "later"), new[] { "a\n", "b\n" });
    }

    [Fact]
    public async Task Locked_lets_the_second_wait_and_then_see_what_the_first_has_left()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", """
            FROM busybox:1.36
            ARG ME
            ARG OTHER
            RUN --mount=type=cache,id=locked,target=/locked,sharing=locked test ! -e /locked/busy || exit 8; touch /locked/busy /locked/$ME; sleep 2; ls /locked >/seen; rm /locked/busy
            """);

        await BuildBothAsync(place);

        var seen = await SeenAsync(place);
        Assert.Contains(seen, new[] { ("a\nbusy\n", "a\nb\nbusy\n"), ("a\nb\nbusy\n", "b\nbusy\n") });
    }

    [Fact]
    public async Task A_namespace_keeps_the_caches_of_builds_apart()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nARG ME\nARG OTHER\nRUN --mount=type=cache,target=/cache touch /cache/$ME; ls /cache >/seen\n");

        await BuildAsync(place, "a", "b", "--build-arg", "BUILDKIT_CACHE_MOUNT_NS=one");
        await BuildAsync(place, "b", "a", "--build-arg", "BUILDKIT_CACHE_MOUNT_NS=two");
        await BuildAsync(place, "c", "a", "--build-arg", "BUILDKIT_CACHE_MOUNT_NS=one");

        Assert.Equal(("a\n", "b\n"), await SeenAsync(place));
        Assert.Equal("a\nc\n", await ReadAsync(place, "c"));
    }

    private static async Task BuildBothAsync(Workplace place)
    {
        await place.BuildxAsync("inspect", "--bootstrap");
        await Task.WhenAll(BuildAsync(place, "a", "b"), BuildAsync(place, "b", "a"));
    }

    private static Task<string> BuildAsync(Workplace place, string me, string other, params string[] arguments) =>
        place.BuildAsync(["--build-arg", $"ME={me}", "--build-arg", $"OTHER={other}", "-o", $"type=local,dest={place.Path}/{me}", .. arguments]);

    private static async Task<(string A, string B)> SeenAsync(Workplace place) => (await ReadAsync(place, "a"), await ReadAsync(place, "b"));

    private static Task<string> ReadAsync(Workplace place, string build) => File.ReadAllTextAsync($"{place.Path}/{build}/seen", TestContext.Current.CancellationToken);
}
