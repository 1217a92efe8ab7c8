using Buildx.TestSupport;

namespace Buildx.Dockerfile.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void Every_rule_stands_in_the_documentation_as_it_is()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "dockerfile.md"));
        foreach (var rule in LintRules.All.Concat(LintRules.Hints))
            Assert.Contains($"| `{rule.Name}`{(rule.IsExperimental ? " (off)" : "")} | {rule.Description} |\n", page, StringComparison.Ordinal);
    }
}
