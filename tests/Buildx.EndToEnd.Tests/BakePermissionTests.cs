using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>What a definition may do only when somebody allows it, asked at a terminal; and runs in which much fails.</summary>
public sealed class BakePermissionTests(BaseImageRegistry bases)
{
    private const string Outside = """
        target "default" {
          dockerfile-inline = "FROM scratch\nCOPY --from=outside secret /\n"
          contexts = { outside = "../outside" }
          output = ["../result"]
        }
        """;

    [Theory]
    [InlineData("y\n", 0)]
    [InlineData("n\n", 1)]
    [InlineData("\n", 1)]
    public async Task At_a_terminal_the_user_is_asked_once_for_all_of_it(string answer, int exitCode)
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", Outside);
        place.Write("../outside/secret", "x");

        var terminal = place.Tool("script") with { Input = answer };
        var asked = await terminal.ExecuteAsync("-qec", $"{Repository.Executable} bake --progress=plain", "/dev/null");

        Assert.Equal(exitCode, asked.ExitCode);
        Assert.Single(asked.Output.Split("Allow it this time?")[1..]);
        Assert.Contains("bake --allow=fs.write=.. --allow=fs.read=../outside", asked.Output, StringComparison.Ordinal);
        Assert.Equal(exitCode == 0, File.Exists(Path.Combine(place.Path, "result/secret")));
    }

    [Fact]
    public async Task Every_target_that_fails_is_named_and_none_that_could_be_built_is_left_out()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", """
            group "default" { targets = ["wrong", "good", "after"] }
            target "wrong" {
              name = "wrong-${n}"
              matrix = { n = [1, 2, 3, 4] }
              dockerfile-inline = "FROM busybox:1.36\nRUN exit 1${n}\n"
            }
            target "good" {
              name = "good-${n}"
              matrix = { n = [1, 2, 3, 4] }
              dockerfile-inline = "FROM busybox:1.36\nRUN echo ${n} >/n\n"
              output = ["out${n}"]
            }
            target "after" {
              contexts = { wrong = "target:wrong-2", good = "target:good-2" }
              dockerfile-inline = "FROM wrong\nCOPY --from=good /n /n\n"
            }
            """);

        var result = await place.Tool(Repository.Executable).ExecuteAsync("bake", "--progress=plain", "--keep-going");

        Assert.Equal(1, result.ExitCode);
        for (var n = 1; n <= 4; n++)
        {
            Assert.Contains($"target wrong-{n}: failed to build", result.Error, StringComparison.Ordinal);
            Assert.Contains($"exit code: 1{n}", result.Error, StringComparison.Ordinal);
            Assert.Equal($"{n}\n", await File.ReadAllTextAsync(Path.Combine(place.Project, $"out{n}/n"), TestContext.Current.CancellationToken));
        }
        Assert.Contains("not built: after", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Targets_read_and_write_caches_of_their_own()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Environment["CACHE"] = $"{bases.Server.Host}/bake/cache-{Guid.NewGuid():n}";
        place.Write("docker-bake.hcl", """
            variable "CACHE" {}
            group "default" { targets = ["one", "two"] }
            target "one" {
              cache-from = ["${CACHE}:one"]
              cache-to = ["type=registry,ref=${CACHE}:one,mode=max"]
              dockerfile-inline = "FROM busybox:1.36\nRUN echo one >/name\n"
              output = ["one"]
            }
            target "two" {
              cache-from = [{ type = "local", src = "cache-two" }]
              cache-to = [{ type = "local", dest = "cache-two", mode = "max" }]
              dockerfile-inline = "FROM busybox:1.36\nRUN echo two >/name\n"
              output = ["two"]
            }
            """);
        await place.BuildxAsync("bake", "--progress=plain");
        await place.BuildxAsync("prune", "--all", "--force");

        var again = await place.BuildxAsync("bake", "--progress=plain");

        Assert.Contains("importing cache manifest", again, StringComparison.Ordinal);
        foreach (var name in new[] { "one", "two" })
        {
            Assert.Contains(PlainProgress.CachedSteps(again), step => step.Contains($"RUN echo {name} >/name", StringComparison.Ordinal));
            Assert.Equal(name + "\n", await File.ReadAllTextAsync(Path.Combine(place.Project, $"{name}/name"), TestContext.Current.CancellationToken));
        }
    }
}
