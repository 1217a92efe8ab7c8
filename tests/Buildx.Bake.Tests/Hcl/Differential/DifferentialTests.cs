using System.Text;
using System.Text.Json;
using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Functions;
using Buildx.TestSupport;

namespace Buildx.Bake.Tests.Hcl.Differential;

/// <summary>Expressions evaluated by the real Buildx and by this one. A failure counts as the value <c>ERROR</c>.</summary>
public sealed class DifferentialTests
{
    private static readonly string Here = Path.Combine(AppContext.BaseDirectory, "Hcl", "Differential");

    // Buildx takes the names of types in "convert" for variables, which must be there.
    private const string TypeNames = "number = 0\nstring = 0\nbool = 0\nany = 0\n";

    [Fact]
    public async Task Expressions_have_the_values_that_Buildx_gives_them()
    {
        var expressions = File.ReadLines(Path.Combine(Here, "expressions.txt")).Where(line => line.Length > 0 && line[0] != '#').ToList();
        Assert.True(expressions.Count > 300);
        var known = File.ReadLines(Path.Combine(Here, "known-differences.txt")).Where(line => line.Length > 0 && line[0] != '#').ToHashSet();
        var differences = await CompareAsync(expressions);
        AssertNone(differences.Where(difference => !known.Contains(difference.Expression)));
        Assert.Equal([], known.Where(expression => differences.TrueForAll(difference => difference.Expression != expression)).Select(expression => $"no longer differs: {expression}"));
    }

    [Fact]
    public async Task Random_expressions_have_the_values_that_Buildx_gives_them()
    {
        var generator = new ExpressionGenerator(20250101);
        var differences = await CompareAsync([.. Enumerable.Range(0, 400).Select(_ => generator.Next(4))]);
        AssertNone(differences);
    }

    private static void AssertNone(IEnumerable<Difference> differences)
    {
        var lines = differences.Select(difference => $"{difference.Expression}\n    theirs {difference.Theirs}\n    ours   {difference.Ours}").ToList();
        Assert.True(lines.Count == 0, $"{lines.Count} differ:\n{string.Join('\n', lines)}");
    }

    private static async Task<List<Difference>> CompareAsync(List<string> expressions)
    {
        var wrapped = expressions.Select(expression => $"try(jsonencode({expression}), \"ERROR\")").ToList();
        var theirs = await EvaluateByBuildxAsync(wrapped);
        var scope = new EvaluationScope();
        StandardLibrary.AddTo(scope);
        var differences = new List<Difference>();
        for (var i = 0; i < expressions.Count; i++)
        {
            var result = HclText.Evaluate(wrapped[i], scope);
            var ours = result.HasErrors ? string.Join("; ", result.Diagnostics) : result.Value.AsString;
            if (ours != theirs[i])
                differences.Add(new Difference(expressions[i], theirs[i], ours));
        }
        return differences;
    }

    private static async Task<List<string>> EvaluateByBuildxAsync(List<string> expressions)
    {
        var file = new StringBuilder(TypeNames);
        file.Append("target \"default\" {\n  args = {\n");
        for (var i = 0; i < expressions.Count; i++)
            file.Append("    e").Append(i).Append(" = ").Append(expressions[i]).Append('\n');
        file.Append("  }\n}\n");
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "docker-bake.hcl");
        await File.WriteAllTextAsync(path, file.ToString());
        var buildx = await Peers.GetBuildxAsync();
        var result = await new Tool(buildx).ExecuteAsync("bake", "-f", path, "--print");
        Assert.True(result.ExitCode == 0, result.Error);
        using var json = JsonDocument.Parse(result.Output);
        var arguments = json.RootElement.GetProperty("target").GetProperty("default").GetProperty("args");
        // What is printed can be read again: what would be a sequence of a template is escaped.
        return [.. Enumerable.Range(0, expressions.Count).Select(i => arguments.GetProperty($"e{i}").GetString()!
            .Replace("$${", "${", StringComparison.Ordinal).Replace("%%{", "%{", StringComparison.Ordinal))];
    }

    private sealed record Difference(string Expression, string Theirs, string Ours);
}
