using Buildx.TestSupport;

namespace Buildx.Dockerfile.Tests.Conformance;

public sealed class ParserConformanceTests
{
    [Fact]
    public void Files_are_taken_apart_as_the_data_says()
    {
        var failures = new List<string>();
        foreach (var directory in Directory.GetDirectories(Path.Combine(ConformanceData.Require(), "parser", "testfiles")).Order())
        {
            var id = "parser " + Path.GetFileName(directory);
            var syntax = DockerfileSyntax.Parse(File.ReadAllText(Path.Combine(directory, "Dockerfile")));
            var expected = File.ReadAllText(Path.Combine(directory, "result")).Trim();
            var actual = string.Join('\n', syntax.Instructions.Select(instruction => $"({SyntaxDump.Write(instruction)})"));
            if (expected != actual && !KnownDifferences.Contains(id))
                failures.Add($"{id}\nexpected:\n{expected}\nactual:\n{actual}\n{string.Join('\n', syntax.Diagnostics.Select(d => d.Message))}");
        }
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    [Fact]
    public void Wrong_files_are_refused()
    {
        var failures = new List<string>();
        foreach (var directory in Directory.GetDirectories(Path.Combine(ConformanceData.Require(), "parser", "testfiles-negative")))
        {
            if (DockerfileDocument.Parse(File.ReadAllText(Path.Combine(directory, "Dockerfile"))).Diagnostics.Count == 0)
                failures.Add(directory);
        }
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }
}
