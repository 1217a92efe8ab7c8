using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary><c>bake</c> through the executable, on the engine, to a registry and to files.</summary>
public sealed class BakeTests(BaseImageRegistry bases)
{
    private const string Chain = """
        variable "REGISTRY" {}
        group "default" { targets = ["app", "files"] }
        target "base" {
          dockerfile-inline = <<EOT
        FROM busybox:1.36
        COPY input /input
        RUN cat /proc/sys/kernel/random/uuid > /stamp
        ENV LAYER=base
        EOT
        }
        target "middle" {
          contexts = { base = "target:base" }
          dockerfile-inline = <<EOT
        FROM base
        RUN echo "$LAYER" > /layer
        EOT
        }
        target "app" {
          contexts = { middle = "target:middle" }
          dockerfile-inline = "FROM middle\nRUN cat /layer /input > /both\n"
          tags = ["${REGISTRY}/bake/app:1"]
          output = ["type=registry"]
        }
        target "files" {
          contexts = { middle = "target:middle", base = "target:base" }
          dockerfile-inline = "FROM scratch\nCOPY --from=middle /layer /stamp /\nCOPY --from=base /stamp /stamp-of-base\n"
          output = ["out"]
        }
        """;

    [Fact]
    public async Task Linked_targets_are_built_in_their_order_and_once()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Environment["REGISTRY"] = bases.Server.Host;
        place.Write("docker-bake.hcl", Chain);
        place.Write("input", "from the context\n");

        var log = await place.BuildxAsync("bake", "--progress=plain", "--metadata-file", "metadata.json");

        Assert.Contains("[base ", log);
        Assert.Contains("[app ", log);
        var output = Path.Combine(place.Project, "out");
        Assert.Equal("base\n", await File.ReadAllTextAsync(Path.Combine(output, "layer"), TestContext.Current.CancellationToken));
        // The step that writes the time ran once for all who go on from it.
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(output, "stamp"), TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(Path.Combine(output, "stamp-of-base"), TestContext.Current.CancellationToken));
        using var metadata = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(place.Project, "metadata.json"), TestContext.Current.CancellationToken));
        var digest = metadata.RootElement.GetProperty("app").GetProperty("containerimage.digest").GetString();
        var config = await Tool.RunAsync("skopeo", "inspect", "--config", "--tls-verify=false", $"docker://{bases.Server.Host}/bake/app@{digest}");
        Assert.Contains("LAYER=base", config);
        Assert.True(metadata.RootElement.TryGetProperty("middle", out _));
    }

    [Fact]
    public async Task A_link_has_a_result_for_each_platform()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", """
            target "base" {
              platforms = ["linux/amd64", "linux/arm64"]
              dockerfile-inline = "FROM busybox:1.36\nARG TARGETARCH\nRUN echo $TARGETARCH > /arch\n"
            }
            target "default" {
              platforms = ["linux/amd64", "linux/arm64"]
              contexts = { base = "target:base" }
              dockerfile-inline = "FROM scratch\nCOPY --from=base /arch /\n"
              output = ["out"]
            }
            """);

        await place.BuildxAsync("bake", "--progress=plain");

        Assert.Equal("amd64\n", await File.ReadAllTextAsync(Path.Combine(place.Project, "out/linux_amd64/arch"), TestContext.Current.CancellationToken));
        Assert.Equal("arm64\n", await File.ReadAllTextAsync(Path.Combine(place.Project, "out/linux_arm64/arch"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_failed_target_is_named_and_others_are_built_when_asked_for()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", """
            group "default" { targets = ["wrong", "after", "good"] }
            target "wrong" { dockerfile-inline = "FROM busybox:1.36\nRUN exit 7\n" }
            target "after" {
              contexts = { wrong = "target:wrong" }
              dockerfile-inline = "FROM wrong\n"
            }
            target "good" {
              dockerfile-inline = "FROM busybox:1.36\nRUN sleep 1; echo good > /good\n"
              output = ["type=tar,dest=good.tar"]
            }
            """);

        var result = await place.Tool(Repository.Executable).ExecuteAsync("bake", "--progress=plain", "--keep-going", "--max-parallelism=1");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("target wrong: failed to build", result.Error);
        Assert.Contains("exit code: 7", result.Error);
        Assert.Contains("not built: after", result.Error);
        Assert.True(File.Exists(Path.Combine(place.Project, "good.tar")));
    }

    [Fact]
    public async Task Files_outside_the_project_need_permission()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", """
            target "default" {
              dockerfile-inline = "FROM scratch\nCOPY --from=outside secret /\n"
              contexts = { outside = "../outside" }
              output = ["../result"]
            }
            """);
        place.Write("../outside/secret", "x");

        var refused = await place.Tool(Repository.Executable).ExecuteAsync("bake");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--allow=fs.read=../outside", refused.Error);
        Assert.False(Directory.Exists(Path.Combine(place.Path, "result")));

        await place.BuildxAsync("bake", "--allow=fs.read=../outside", "--allow=fs.write=..");
        Assert.True(File.Exists(Path.Combine(place.Path, "result/secret")));
    }

    [Fact]
    public async Task Mistakes_are_shown_with_their_lines()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", "variable \"TAG\" { default = \"1\" }\ntarget \"default\" {\n  tags = [TAGG]\n  pull = \"perhaps\"\n}\n");

        var result = await place.Tool(Repository.Executable).ExecuteAsync("bake", "--print");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("docker-bake.hcl:3:11", result.Error);
        Assert.Contains("did you mean TAG?", result.Error);
        Assert.Contains("docker-bake.hcl:4:", result.Error);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task A_definition_of_a_repository_builds_what_is_in_the_repository()
    {
        using var repository = await GitDaemon.StartAsync(new Dictionary<string, string>
        {
            ["docker-bake.hcl"] = """
                variable "SUFFIX" { default = "" }
                target "default" {
                  context = "app"
                  contexts = { here = BAKE_CMD_CONTEXT }
                  output = ["out${SUFFIX}"]
                }
                """,
            ["app/Dockerfile"] = "FROM scratch\nCOPY remote /\nCOPY --from=here local /\n",
            ["app/remote"] = "of the repository",
        });
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("local", "of this machine");
        place.Write("over.hcl", "target \"default\" { output = [\"other\"] }\n");

        await place.BuildxAsync("bake", "--progress=plain", "--var", "SUFFIX=-1", repository.Url);
        Assert.Equal("of the repository", await File.ReadAllTextAsync(Path.Combine(place.Project, "out-1/remote"), TestContext.Current.CancellationToken));
        Assert.Equal("of this machine", await File.ReadAllTextAsync(Path.Combine(place.Project, "out-1/local"), TestContext.Current.CancellationToken));

        await place.BuildxAsync("bake", "--progress=plain", "--file", "docker-bake.hcl", "--file", "cwd://over.hcl", repository.Url + "#main");
        Assert.True(File.Exists(Path.Combine(place.Project, "other/remote")));
    }

    [Fact]
    public async Task Checking_builds_nothing_and_needs_no_linked_target()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", """
            target "base" { dockerfile-inline = "FROM busybox:1.36\nRUN exit 1\n" }
            target "default" {
              contexts = { base = "target:base" }
              dockerfile-inline = "from base\nRUN true\n"
            }
            """);

        var result = await place.Tool(Repository.Executable).ExecuteAsync("bake", "--check", "--progress=quiet");

        Assert.Contains("default\n\nCheck complete, 1 warning has been found!", result.Output);
        Assert.DoesNotContain("error", result.All);
    }
}
