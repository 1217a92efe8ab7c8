using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>The flags of <c>bake</c> and where definitions come from, through the executable.</summary>
public sealed class BakeCommandTests(BaseImageRegistry bases)
{
    private const string Definition = """
        variable "TAG" {
          default     = "dev"
          description = "of the images"
        }
        group "default" { targets = ["app"] }
        target "app" {
          description       = "the application"
          dockerfile-inline = "FROM scratch AS app\nCOPY input /\nFROM app AS other\n"
          tags              = ["app:${TAG}"]
          output            = ["out"]
        }
        """;

    [Fact]
    public async Task A_definition_can_come_from_standard_input()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("input", "x");
        var buildx = place.Tool(Repository.Executable) with { Input = Definition };

        await buildx.SucceedAsync("bake", "--progress=plain", "-f", "-");
        Assert.True(File.Exists(Path.Combine(place.Project, "out/input")));

        var printed = (await buildx.SucceedAsync("bake", "-f", "-", "--var", "TAG=1", "--print")).Output;
        Assert.Equal("app:1", JsonDocument.Parse(printed).RootElement.GetProperty("target").GetProperty("app").GetProperty("tags")[0].GetString());
    }

    [Fact]
    public async Task A_definition_can_come_from_a_web_server()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("input", "x");
        using var server = new ScriptedServer(context =>
        {
            ScriptedServer.Answer(context, 200, Definition);
            return Task.CompletedTask;
        });

        await place.BuildxAsync("bake", "--progress=plain", $"http://{server.Host}/docker-bake.hcl");

        Assert.True(File.Exists(Path.Combine(place.Project, "out/input")));
    }

    [Fact]
    public async Task Targets_and_variables_are_listed()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", Definition);

        var targets = await place.BuildxAsync("bake", "--list=targets");
        Assert.Matches("(?m)^app +the application$", targets);
        var variables = await place.BuildxAsync("bake", "--list", "type=variables,format=json");
        Assert.Equal("TAG", JsonDocument.Parse(variables).RootElement[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Calls_answer_for_each_target()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", Definition);

        var text = (await place.Tool(Repository.Executable).SucceedAsync("bake", "--call=targets", "--progress=quiet")).Output;
        Assert.Contains("app\nthe application", text);
        Assert.Contains("other (default)", text);
        var json = (await place.Tool(Repository.Executable).SucceedAsync("bake", "--call=targets,format=json", "--progress=quiet")).Output;
        Assert.Equal(2, JsonDocument.Parse(json).RootElement.GetProperty("target").GetProperty("app").GetProperty("targets").GetProperty("targets").GetArrayLength());
        Assert.False(Directory.Exists(Path.Combine(place.Project, "out")));
    }

    [Theory]
    [InlineData("target \"default\" {\n  tags = [\"a\",\n}\n", "docker-bake.hcl:3:1")]
    [InlineData("target \"default\" {\n  args = { A = uper(\"a\") }\n}\n", "docker-bake.hcl:2:16|did you mean upper?")]
    [InlineData("variable \"A\" { default = B }\nvariable \"B\" { default = A }\ntarget \"default\" {}\n", "docker-bake.hcl:1:26|A depends on itself: A -> B -> A")]
    [InlineData("target \"default\" {\n  platform = [\"linux/amd64\"]\n  tags = 1\n}\n", "docker-bake.hcl:2:3|did you mean platforms?|docker-bake.hcl:3:10|a list of string is required")]
    [InlineData("target \"default\" { args = { for i in [1, 2, 3] : \"a${i}\" => tostring(i) } }\n", "there is no function \"tostring\"")]
    [InlineData("target \"web\" {}\n", "there is no target \"default\" (there are: web)")]
    public async Task What_is_wrong_is_shown_once_with_its_place_and_a_hint(string text, string expected)
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("docker-bake.hcl", text);

        var result = await place.Tool(Repository.Executable).ExecuteAsync("bake");

        Assert.Equal(1, result.ExitCode);
        foreach (var part in expected.Split('|'))
            Assert.Contains(part, result.Error);
        var lines = result.Error.Split('\n').Where(line => line.StartsWith("error: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(lines.Distinct(), lines);
        Assert.DoesNotContain("   at Buildx", result.Error);
    }
}
