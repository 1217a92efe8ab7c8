namespace Buildx.EndToEnd.Tests;

public sealed class StepMountsTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task Every_kind_of_mount_is_there_for_its_step_and_leaves_nothing_behind()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("../secret", "hush");
        place.Write("local", "from the context");
        place.Write("Dockerfile", """
            FROM busybox:1.36 AS steps
            RUN --mount=type=secret,id=file stat -c '%a %u' /run/secrets/file > /file && cat /run/secrets/file >> /file
            RUN --mount=type=secret,id=other,target=/deep/inside,mode=0444,uid=7 stat -c '%a %u' /deep/inside > /other
            RUN --mount=type=secret,id=variable,env=TOKEN test "$(echo $TOKEN | rev)" = xhs
            RUN --mount=type=tmpfs,target=/memory,size=1m grep -c ' /memory tmpfs ' /proc/mounts > /memory-mounts; touch /memory/gone
            RUN --mount=type=bind,target=/context cat /context/local > /bound
            RUN --mount=type=cache,target=/cache,uid=5,mode=0700 stat -c '%a %u' /cache > /cached; echo kept > /cache/file
            RUN --mount=type=cache,target=/cache,uid=5,mode=0700 cat /cache/file >> /cached
            RUN ls -d /deep /memory /context /cache /run/secrets 2>/dev/null > /left || true
            FROM scratch
            COPY --from=steps /file /other /memory-mounts /bound /cached /left /
            """);
        place.Environment["TRIAL_TOKEN"] = "shx";
        var output = Path.Combine(place.Path, "output");

        var log = await place.BuildAsync(
            "--secret", $"id=file,src={place.Path}/secret", "--secret", $"id=other,src={place.Path}/secret", "--secret", "id=variable,env=TRIAL_TOKEN",
            "-o", $"type=local,dest={output}");

        Assert.DoesNotContain("shx", log);
        Assert.Equal("400 0\nhush", Written("file"));
        Assert.Equal("444 7\n", Written("other"));
        Assert.Equal("1\n", Written("memory-mounts"));
        Assert.Equal("from the context", Written("bound"));
        Assert.Equal("700 5\nkept\n", Written("cached"));
        Assert.Equal("", Written("left"));

        string Written(string name) => File.ReadAllText(Path.Combine(output, name));
    }
}
