using Buildx.TestSupport;

namespace Buildx.Dockerfile.Tests.Conformance;

public sealed class ShellConformanceTests
{
    private static readonly VariableSet Variables = VariableSet.FromEnvironment(["PWD=/home", "SHELL=bash", "KOREAN=한국어", "NULL="]);

    [Fact]
    public void Words_expand_as_the_data_says()
    {
        var failures = new List<string>();
        foreach (var line in Lines("envVarTest"))
        {
            var columns = line.Split('|');
            if (columns.Length != 3 || columns[0].Trim() is not ("A" or "U"))
                continue;
            var (input, expected) = (columns[1].Trim(), columns[2].Trim());
            string actual;
            try
            {
                actual = new WordExpander('\\').Expand(input, Variables).Text;
            }
            catch (ExpansionException)
            {
                actual = "error";
            }
            if (actual != expected && !KnownDifferences.Contains("shell " + input))
                failures.Add($"{input}: expected {expected}, got {actual}");
        }
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void Words_are_cut_as_the_data_says()
    {
        var failures = new List<string>();
        var variables = VariableSet.Empty;
        foreach (var line in Lines("wordsTest"))
        {
            if (line.StartsWith("ENV ", StringComparison.Ordinal))
            {
                var definition = line[4..].TrimStart();
                var equals = definition.IndexOf('=');
                variables = variables.With(definition[..equals], definition[(equals + 1)..]);
                continue;
            }
            var columns = line.Split('|');
            if (columns.Length != 2)
                continue;
            var (input, expected) = (columns[0].Trim(), columns[1].TrimStart().Split(','));
            string[] actual;
            try
            {
                actual = [.. new WordExpander('\\').ExpandWords(input, variables)];
            }
            catch (ExpansionException)
            {
                actual = ["error"];
            }
            if (!expected.SequenceEqual(actual) && !KnownDifferences.Contains("words " + input))
                failures.Add($"{input}: expected {string.Join('|', expected)}, got {string.Join('|', actual)}");
        }
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static IEnumerable<string> Lines(string name) => File.ReadAllLines(Path.Combine(ConformanceData.Require(), "shell", name))
        .Where(line => line.Trim().Length > 0 && !line.StartsWith('#'));
}
