using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>What targets of one <c>bake</c> have in common: services of the client, contexts, steps, the engine.</summary>
public sealed class BakeSharingTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task A_linked_targets_secrets_agents_and_layouts_are_there_when_its_steps_run_for_another()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await Tool.RunAsync(
            "skopeo", "--override-os", "linux", "copy", "--quiet", "--src-tls-verify=false", "--all", $"docker://{bases.Server.Host}/library/busybox:1.36", $"oci:{place.Project}/layout:v1");
        place.Write("secret", "of the base");
        place.Write("docker-bake.hcl", """
            group "default" { targets = ["one", "two"] }
            target "base" {
              contexts = { bottom = "oci-layout://layout:v1" }
              secret   = ["id=word,src=secret"]
              no-cache = true
              dockerfile-inline = <<EOT
            FROM bottom
            RUN --mount=type=secret,id=word,required=true sha256sum < /run/secrets/word > /sum; cat /proc/sys/kernel/random/uuid > /stamp
            EOT
            }
            target "one" {
              contexts = { base = "target:base" }
              dockerfile-inline = "FROM base\nRUN cat /sum /stamp > /one\nFROM scratch\nCOPY --from=0 /one /\n"
              no-cache = true
              output   = ["out"]
            }
            target "two" {
              contexts = { base = "target:base", bottom = "oci-layout://layout:v1" }
              secret   = ["id=word,env=WORD"]
              dockerfile-inline = <<EOT
            FROM bottom AS own
            RUN --mount=type=secret,id=word cat /run/secrets/word > /word
            FROM scratch
            COPY --from=own /word /
            COPY --from=base /sum /stamp /two/
            EOT
              output = ["out2"]
            }
            """);
        place.Environment["WORD"] = "of two";

        var log = await place.BuildxAsync("bake", "--progress=plain");

        Assert.DoesNotContain("of the base", log);
        var one = await File.ReadAllTextAsync(Path.Combine(place.Project, "out/one"), TestContext.Current.CancellationToken);
        Assert.Equal(
            one, await File.ReadAllTextAsync(Path.Combine(place.Project, "out2/two/sum"), TestContext.Current.CancellationToken)
            + await File.ReadAllTextAsync(Path.Combine(place.Project, "out2/two/stamp"), TestContext.Current.CancellationToken));
        Assert.Equal("of two", await File.ReadAllTextAsync(Path.Combine(place.Project, "out2/word"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_layout_outside_the_project_needs_permission()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await Tool.RunAsync(
            "skopeo", "--override-os", "linux", "copy", "--quiet", "--src-tls-verify=false", $"docker://{bases.Server.Host}/library/busybox:1.36", $"oci:{place.Path}/layout:v1");
        place.Write("docker-bake.hcl", """
            target "default" {
              contexts = { bottom = "oci-layout://../layout:v1" }
              dockerfile-inline = "FROM scratch\nCOPY --from=bottom /etc/passwd /\n"
              output = ["out"]
            }
            """);

        var refused = await place.Tool(Repository.Executable).ExecuteAsync("bake");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--allow=fs.read=../layout", refused.Error);

        await place.BuildxAsync("bake", "--allow=fs.read=../layout");
        Assert.True(File.Exists(Path.Combine(place.Project, "out/passwd")));
    }

    [Fact]
    public async Task Targets_with_the_same_steps_run_them_once_and_send_their_directory_once()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", """
            FROM busybox:1.36 AS shared
            COPY input /
            RUN sleep 1; cat /proc/sys/kernel/random/uuid > /stamp
            FROM scratch AS one
            COPY --from=shared /stamp /
            FROM scratch AS two
            COPY --from=shared /stamp /
            """);
        place.Write("input", "x");
        place.Write("docker-bake.hcl", """
            target "default" {
              name   = name
              matrix = { name = ["one", "two"] }
              target = name
              output = ["out/${name}"]
            }
            """);

        var log = await place.BuildxAsync("bake", "--progress=plain");

        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(place.Project, "out/one/stamp"), TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(Path.Combine(place.Project, "out/two/stamp"), TestContext.Current.CancellationToken));
        Assert.Single(log.Split('\n'), line => line.Contains("COPY input /", StringComparison.Ordinal) && line.Contains("] COPY", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("4")]
    public async Task No_more_targets_are_built_at_once_than_are_wanted(string maximum)
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", """
            target "default" {
              name   = "t-${number}"
              matrix = { number = ["1", "2", "3", "4"] }
              args   = { NUMBER = number }
              dockerfile-inline = "FROM busybox:1.36 AS a\nARG NUMBER\nRUN echo from $(cut -d ' ' -f 1 /proc/uptime) > /times; sleep 1; echo to $(cut -d ' ' -f 1 /proc/uptime) >> /times\nFROM scratch\nCOPY --from=a /times /${number}\n"
              output = ["type=local,dest=out,mode=copy"]
            }
            """);

        await place.BuildxAsync("bake", "--progress=plain", "--max-parallelism", maximum);

        var events = Directory.GetFiles(Path.Combine(place.Project, "out")).SelectMany(File.ReadAllLines)
            .Select(line => line.Split(' ')).OrderBy(words => double.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        var (running, most) = (0, 0);
        foreach (var words in events)
            most = Math.Max(most, running += words[0] == "from" ? 1 : -1);
        Assert.Equal(8, events.Count);
        Assert.InRange(most, maximum == "1" ? 1 : 2, int.Parse(maximum, System.Globalization.CultureInfo.InvariantCulture));
    }
}
