using Buildx.Cli.CommandLine;
using Buildx.Cli.Documentation;
using Buildx.TestSupport;

namespace Buildx.Cli.Tests.Documentation;

public sealed class ReferenceTests
{
    [Fact]
    public void The_reference_is_what_the_command_tree_says()
    {
        var directory = Path.Combine(RepositoryRoot.Path, "docs/reference");
        var pages = ReferencePages.Write();

        Assert.Equal(pages.Select(page => page.Name).Order(StringComparer.Ordinal), Directory.GetFiles(directory).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        foreach (var (name, text) in pages)
            Assert.True(File.ReadAllText(Path.Combine(directory, name)) == text, $"docs/reference/{name} is not what the commands say now: scripts/reference writes it");
    }

    [Fact]
    public void Every_command_has_a_man_page_with_all_its_flags()
    {
        var pages = ManPages.Write().ToDictionary(page => page.Name, page => page.Text, StringComparer.Ordinal);

        foreach (var entry in CommandCatalog.Shown)
        {
            var name = $"buildx-{entry.Name.Replace(' ', '-')}";
            var page = pages[$"{name}.1"];
            Assert.All(entry.Create().ShownOptions, option => Assert.Contains($"\\fB{option.Name.Replace("-", "\\-", StringComparison.Ordinal)}\\fR", page, StringComparison.Ordinal));
            Assert.Contains(name.Replace("-", "\\-", StringComparison.Ordinal), pages["buildx.1"], StringComparison.Ordinal);
            Assert.DoesNotMatch(@"(?m)^'", page);
        }
    }
}
