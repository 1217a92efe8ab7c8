using System.Text.Json.Nodes;
using Buildx.Cli.Templates;

namespace Buildx.Cli.Tests.Templates;

/// <summary>Expected texts are what Go's text/template prints.</summary>
public sealed class GoTemplateTests
{
    private const string Data = """
        {
          "Name": "app", "Empty": "", "Count": 3, "Yes": true, "List": ["a", "b"],
          "Manifest": { "mediaType": "x/y", "platform": { "os": "linux" }, "annotations": { "b": "2", "a": "1" } },
          "Image": { "linux/amd64": { "rootfs": { "diff_ids": ["sha256:1"] } } },
          "Packages": [{ "name": "one", "version": "1" }, { "name": "two" }]
        }
        """;

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{{.Name}}: {{.Manifest.MediaType}}", "app: x/y")]
    [InlineData("{{ .Manifest.Platform.OS }}", "linux")]
    [InlineData("{{json .Manifest.Annotations}}", """{"b":"2","a":"1"}""")]
    [InlineData("{{.Manifest.Annotations}} {{.List}}", "map[a:1 b:2] [a b]")]
    [InlineData("""{{json (index .Image "linux/amd64").RootFS.DiffIDs}}""", """["sha256:1"]""")]
    [InlineData("""{{index .List 1}}{{len .List}}""", "b2")]
    [InlineData("{{range .Packages}}{{.name}}@{{.version}} {{end}}", "one@1 two@<no value> ")]
    [InlineData("{{range $i, $p := .Packages}}{{$i}}={{$p.name}};{{end}}", "0=one;1=two;")]
    [InlineData("{{range $k, $v := .Manifest.Annotations}}{{$k}}{{$v}}{{else}}none{{end}}", "a1b2")]
    [InlineData("{{range .Missing.Deeper}}x{{else}}none{{end}}", "none")]
    [InlineData("{{if .Empty}}a{{else if .Yes}}b{{else}}c{{end}}", "b")]
    [InlineData("{{with .Manifest}}{{.mediaType}}{{end}}", "x/y")]
    [InlineData("a {{- .Name -}} b", "aappb")]
    [InlineData("a{{/* a remark */}}b", "ab")]
    [InlineData("""{{$x := .Name}}{{$x | upper | printf "%q"}}""", "\"APP\"")]
    [InlineData("""{{printf "%-5s|%3d" .Name .Count}}""", "app  |  3")]
    [InlineData("""{{if eq .Name "x" "app"}}yes{{end}}{{if and .Yes (gt .Count 2)}}!{{end}}""", "yes!")]
    [InlineData("""{{join .List ", "}} {{println "x" 1}}""", "a, b x 1\n")]
    [InlineData("{{.Nothing.At.All}}", null)]
    [InlineData("""{{"a\tb"}}{{`c\d`}}""", "a\tbc\\d")]
    public void A_template_prints_what_Go_prints(string template, string? expected)
    {
        var data = JsonNode.Parse(Data)!.AsObject();
        data.Add("Missing", null);
        if (expected is null)
        {
            var error = Assert.Throws<TemplateException>(() => GoTemplate.Parse(template).Render(data));
            Assert.StartsWith("character 3: there is no .Nothing; there are .Name,", error.Message, StringComparison.Ordinal);
            return;
        }
        Assert.Equal(expected, GoTemplate.Parse(template).Render(data));
    }

    [Theory]
    [InlineData("{{.Name", "character 1: \"{{\" has no \"}}\"")]
    [InlineData("x{{if .A}}y", "character 4: \"if\" has no {{end}}")]
    [InlineData("{{end}}", "character 6: \"end\" closes nothing")]
    [InlineData("{{jsn .}}", "character 3: there is no function \"jsn\"")]
    [InlineData("{{json . .}}", "character 3: json wants one value, and gets 2")]
    [InlineData("{{$x}}", "character 3: there is no variable $x")]
    [InlineData("{{(len .Name}}", "character 13: a \")\" is missing before this")]
    [InlineData("{{\"a}}", "character 3: this string has no end")]
    [InlineData("{{.Name.First}}", "character 3: there is no .First in app")]
    public void What_is_wrong_is_said_with_its_place(string template, string expected)
    {
        var error = Assert.Throws<TemplateException>(() => GoTemplate.Parse(template).Render(JsonNode.Parse("""{"Name":"app"}""")));

        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
    }
}
