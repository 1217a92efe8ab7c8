using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary><c>--call</c> and <c>--check</c>, compared with what the real Buildx prints of the BuildKit inside Docker Engine.</summary>
public sealed partial class CallTests(BaseImageRegistry bases)
{
    private const string Dockerfile = """
        # VERSION is the version
        ARG VERSION=1.0
        # tools makes the tools
        FROM scratch AS tools
        ARG VERSION
        # NAME is who
        ARG NAME=you
        COPY --chmod=755 a /
        maintainer me
        FROM --platform=linux/arm64 scratch as other
        RUN --mount=type=secret,id=token,required=true --mount=type=secret,id=maybe --mount=type=ssh ["x"]
        # final is all of it
        FROM tools AS final
        COPY --from=other /x /
        CMD echo $UNKNOWN
        FROM final

        """;

    [Fact]
    public async Task The_answers_are_those_of_the_real_thing()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var docker = await DockerDaemon.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        place.Write("sub/Dockerfile.own", Dockerfile);
        var plugin = await Peers.GetBuildxAsync();
        var theirs = place.Tool(plugin) with { Environment = new Dictionary<string, string?>(place.Environment) { ["DOCKER_HOST"] = docker.Host, ["BUILDX_CONFIG"] = place.Path + "/theirs" } };
        var mixed = await DockerBuildxTests.ConnectAsync(place);
        foreach (var call in (string[])["check", "lint,format=json", "outline", "outline,format=json", "targets", "targets,format=json", "check,ignorestatus=true"])
        {
            foreach (var more in (string[][])[[], ["--target=tools"], ["--target=other"]])
            {
                string[] arguments = ["build", $"--call={call}", "-f", "sub/Dockerfile.own", .. more, "."];

                var expected = await theirs.ExecuteAsync(["build", "--builder", "default", .. arguments[1..]]);
                var own = await place.Tool(Repository.Executable).ExecuteAsync(arguments);
                var others = await mixed.ExecuteAsync(["build", "--builder", "remote", .. arguments[1..]]);

                var title = $"{call} {string.Join(' ', more)} ({expected.ExitCode})\n";
                Assert.Equal(title + Comparable(expected.Output), $"{call} {string.Join(' ', more)} ({own.ExitCode})\n{Comparable(own.Output)}");
                Assert.Equal(title + Comparable(expected.Output), $"{call} {string.Join(' ', more)} ({others.ExitCode})\n{Comparable(others.Output)}");
            }
        }
    }

    [Fact]
    public async Task A_check_tells_all_warnings_with_their_lines_and_fails()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch as one\nCOPY a /\nMAINTAINER me\n");

        var result = await place.Tool(Repository.Executable).ExecuteAsync("build", "--check", ".");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("Check complete, 2 warnings have been found!\n", result.Output);
        Assert.Contains("WARNING: FromAsCasing", result.Output);
        Assert.Contains("Dockerfile:3\n", result.Output);
        Assert.Contains("   3 | >>> MAINTAINER me\n", result.Output);
    }

    [Theory]
    [InlineData("FROM scratch\nCOPY a /\n", 0, "Check complete, no warnings found.\n", "")]
    [InlineData("# check=error=true\nFROM scratch as x\nCOPY a /\n", 1, "1 warning has been found!", "lint violation found for rules: FromAsCasing")]
    [InlineData("# check=skip=all\nFROM scratch as x\nCOPY a /\n", 0, "no warnings found", "")]
    [InlineData("FROM scratch\nCOPPY a /\n", 1, "", "Dockerfile:2:1: unknown instruction \"COPPY\" (did you mean COPY?)")]
    [InlineData("FROM nothing\nCOPY --from=later /a /\nFROM scratch AS later\n", 1, "", "Dockerfile")]
    public async Task The_exit_code_says_whether_anything_is_wrong(string dockerfile, int exitCode, string output, string error)
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", dockerfile);

        var result = await place.Tool(Repository.Executable).ExecuteAsync("build", "--check", "--progress=quiet", ".");

        Assert.Equal((exitCode, result.All), (result.ExitCode, result.All));
        Assert.Contains(output, result.Output);
        Assert.Contains(error, result.Error);
        Assert.DoesNotContain("Exception", result.All);
    }

    [Fact]
    public async Task An_unknown_method_is_refused_with_those_there_are()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch\n");

        var result = await place.Tool(Repository.Executable).ExecuteAsync("build", "--call=target", ".");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("the request \"frontend.target\" is not known (did you mean frontend.targets?)", result.Error);
    }

    [Fact]
    public async Task What_is_asked_goes_into_the_metadata_file_and_nothing_is_built()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch AS only\nCOPY Dockerfile /\n");

        await place.BuildxAsync("build", "--call=targets", "-o", "out", "--metadata-file", "metadata.json", ".");

        Assert.False(Directory.Exists(Path.Combine(place.Project, "out")));
        var metadata = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(place.Project, "metadata.json"), TestContext.Current.CancellationToken))!;
        Assert.Contains("\"only\"", (string?)metadata["result.json"]);
        Assert.Equal("TARGET         DESCRIPTION\nonly (default) \n", (string?)metadata["result.txt"]);
    }

    /// <summary>
    /// Without the graph that the Dockerfile came from, which names the session. The words of a rule are each side's own; its name,
    /// address and place are not. BuildKit lists what is asked for in any order.
    /// </summary>
    private static string Comparable(string output)
    {
        if (!output.StartsWith('{'))
            return string.Join('\n', RuleText().Replace(output, "$1").Split('\n').Order(StringComparer.Ordinal));
        var answer = JsonNode.Parse(output)!.AsObject();
        foreach (var warning in answer["warnings"]?.AsArray().OfType<JsonObject>() ?? [])
        {
            warning.Remove("description");
            warning.Remove("detail");
        }
        foreach (var kind in (string[])["args", "secrets", "ssh"])
        {
            if (answer[kind] is JsonArray listed)
                answer[kind] = new JsonArray([.. listed.Select(entry => entry!.DeepClone()).OrderBy(entry => (string?)entry["name"], StringComparer.Ordinal)]);
        }
        foreach (var source in answer["sources"]!.AsArray().OfType<JsonObject>())
            source.Remove("definition");
        return answer.ToJsonString();
    }

    [GeneratedRegex(@"(?<=^|\n)(WARNING: \S+ - \S+\n)[^\n]+\n")]
    private static partial Regex RuleText();
}
