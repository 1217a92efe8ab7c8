using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>
/// The same inputs give the same bytes: with all cores and with one, whatever the umask, the language, the time zone and the moment,
/// as root and as an ordinary user. Each condition has an engine and a state of its own.
/// </summary>
public sealed class SameDigestTests(BaseImageRegistry bases)
{
    private const string Epoch = "1700000000";

    private const string Dockerfile = """
        FROM --platform=$BUILDPLATFORM busybox:1.36 AS made
        COPY . /context
        RUN mkdir /big && for n in 1 2 3 4 5 6; do seq 200000 | sed "s/$/ of $n/" > /big/$n; done
        RUN mkdir -p /owned/below && touch /owned/below/b /owned/a && chown -R 1000:1000 /owned && chmod 4755 /owned/a && ln -s a /owned/link && ln /owned/a /owned/hard
        FROM busybox:1.36
        RUN uname -m > /machine && mkdir /many && cd /many && touch z y x É ß
        COPY --from=made --chmod=750 /big /big
        COPY --link --from=made /owned /owned
        COPY --from=made /context /context
        RUN rm -rf /owned/below /context/b
        ENV B=1 A=2
        LABEL z=1 a=2
        WORKDIR /made/here
        """;

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("uncompressed")]
    [InlineData("estargz")]
    public async Task The_digest_is_the_same_whoever_builds_and_where_and_when(string compression)
    {
        var project = new Dictionary<string, string> { ["Dockerfile"] = Dockerfile, ["a/one"] = "1", ["b/two"] = "2", ["İ"] = "3", ["i"] = "4" };
        var build = $"buildx build --progress=plain --provenance=false --platform linux/amd64,linux/arm64 --build-arg SOURCE_DATE_EPOCH={Epoch} "
            + $"-t app:1 -o type=oci,dest=app.tar,rewrite-timestamp=true,compression={compression},force-compression=true project";
        await using var user = await OrdinaryUser.CreateAsync(bases);
        foreach (var (name, content) in project)
            user.Write("project/" + name, content);
        await user.RunAsync($"buildx create --name mine --use --buildkitd-config buildkitd.toml; chmod -R u=rwX,go=rX project; export TZ=Pacific/Auckland; {build}; buildx rm mine");
        var expected = await ContentsAsync(user.Home + "/app.tar");

        foreach (var (umask, run, environment) in new[]
        {
            ("0022", "", new[] { ("TZ", "UTC"), ("LC_ALL", "C") }),
            ("0077", "taskset -c 0 ", [("TZ", "Asia/Kolkata"), ("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8")]),
        })
        {
            await using var place = await Workplace.CreateAsync(bases);
            foreach (var (name, content) in project)
                place.Write("project/" + name, content);
            foreach (var (name, value) in environment)
                place.Environment[name] = value;
            await place.Tool("sh").SucceedAsync(
                "-c", $"chmod -R u=rwX,go=rX project; umask {umask}; exec {run}{build.Replace("buildx build", $"'{Repository.Executable}' build", StringComparison.Ordinal)}");

            Assert.Equal(expected, await ContentsAsync(place.Project + "/app.tar"));
        }
    }

    /// <summary>Every file of a layout, by name and checksum.</summary>
    private static async Task<string> ContentsAsync(string archive)
    {
        using var directory = new TemporaryDirectory();
        await Tool.RunAsync("tar", "-xf", archive, "-C", directory.Path);
        return (await new Tool("sh") { WorkingDirectory = directory.Path }.SucceedAsync("-c", "find . -type f | sort | xargs sha256sum")).Output;
    }
}
