using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

public sealed class OrdinaryUserTests(BaseImageRegistry bases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_ordinary_user_builds_for_eight_platforms()
    {
        await using var registry = await RegistryServer.StartAsync(new RegistryServerOptions { Login = ("user", "secret") });
        await using var user = await OrdinaryUser.CreateAsync(bases);
        user.Write("project/Dockerfile", await File.ReadAllTextAsync(PlatformsExample.Directory + "/Dockerfile", Cancellation));
        var build = $"buildx build --progress=plain --platform {PlatformsExample.Platforms} -t {registry.Host}/app --push --metadata-file metadata.json project";
        await user.RunAsync($"""
            buildx create --name mine --use --buildkitd-config buildkitd.toml
            echo secret | buildx login --username user --password-stdin {registry.Host}
            {build}
            """);
        using var metadata = JsonDocument.Parse(await File.ReadAllTextAsync(user.Home + "/metadata.json", Cancellation));
        await PlatformsExample.CheckAsync(
            $"docker://{registry.Host}/app:latest", metadata.RootElement.GetProperty("containerimage.digest").GetString()!, "user:secret");

        var again = await user.RunAsync(build);
        Assert.Equal(8, PlainProgress.CachedSteps(again).Count(step => step.Contains("] RUN ", StringComparison.Ordinal)));

        await user.RunAsync($"buildx logout {registry.Host}; buildx rm mine");
        Assert.Equal("", await user.ProcessesAsync());
        Assert.False(Directory.Exists(user.Home + "/.local/share/buildx/mine"));
    }

    [Fact]
    public async Task Owners_and_removed_files_are_the_same_as_with_root()
    {
        await using var user = await OrdinaryUser.CreateAsync(bases);
        await using var place = await Workplace.CreateAsync(bases);
        const string dockerfile = """
            FROM busybox:1.36
            RUN mkdir -p /d/below /e && touch /d/below/one /e/two /owned && chown 1234:4321 /owned && chmod 4755 /owned
            RUN rm -rf /d /e/two && mkdir /d && touch /d/new
            COPY --chown=1000:1000 Dockerfile /copied
            USER 1000:1000
            RUN --mount=type=cache,target=/cache,uid=1000 --mount=type=tmpfs,target=/memory touch /cache/file /memory/file /tmp/mine
            USER 0
            RUN find / -xdev ! -path '/proc*' ! -path '/sys*' ! -path '/dev*' ! -path /found | sort | xargs stat -c '%n %u:%g %a' > /found
            FROM scratch
            COPY --from=0 /found /
            """;
        place.Write("Dockerfile", dockerfile);
        user.Write("project/Dockerfile", dockerfile);
        await place.BuildAsync("-o", $"type=local,dest={place.Path}/out");
        await user.RunAsync("""
            buildx create --name mine --use --buildkitd-config buildkitd.toml
            buildx build --progress=plain -o out project
            buildx rm mine
            """);
        var expected = await File.ReadAllLinesAsync(place.Path + "/out/found", Cancellation);
        Assert.Contains("/owned 1234:4321 4755", expected);
        Assert.Equal(expected, await File.ReadAllLinesAsync(user.Home + "/out/found", Cancellation));
    }

    [Fact]
    public async Task A_user_without_subordinate_ids_is_told_how_to_get_them_and_can_build()
    {
        await using var user = await OrdinaryUser.CreateAsync(bases);
        await user.LoseSubordinateIdsAsync();
        user.Write("project/Dockerfile", "FROM busybox:1.36\nRUN echo $(id -u) > /who\nFROM scratch\nCOPY --from=0 /who /\n");
        var output = await user.RunAsync("""
            buildx create --name mine --use --buildkitd-config buildkitd.toml
            buildx build --progress=plain --platform linux/amd64,linux/arm64 -o out project
            cat .local/share/buildx/run/mine/buildkitd.log
            buildx rm mine
            """);
        Assert.Contains("/etc/subuid has no line for", output);
        Assert.Equal("0\n", await File.ReadAllTextAsync(user.Home + "/out/linux_arm64/who", Cancellation));
    }
}
