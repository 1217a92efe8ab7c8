using Buildx.Cli.Completion;

namespace Buildx.Cli.Tests.Completion;

public sealed class CompleterTests
{
    [Theory]
    [InlineData("", "build", false)]
    [InlineData("--debug ", "bake", false)]
    [InlineData("build --pl", "--platform", false)]
    [InlineData("build --progress ", "rawjson", false)]
    [InlineData("build --progress=", "--progress=plain", false)]
    [InlineData("build --builder ", "embedded", false)]
    [InlineData("inspect ", "embedded", false)]
    [InlineData("create --driver ", "remote", false)]
    [InlineData("completion ", "fish", false)]
    [InlineData("debug ", "build", false)]
    [InlineData("debug --on ", "always", false)]
    [InlineData("debug --on always ", "build", false)]
    [InlineData("debug --on always build --invo", "--invoke", false)]
    [InlineData("build ", null, true)]
    [InlineData("build --file ", null, true)]
    [InlineData("frobnicate ", null, false)]
    public async Task A_command_line_goes_on_with_what_fits(string line, string? word, bool files)
    {
        var (candidates, andFiles) = await new Completer(new CliContext()).FindAsync(line.Split(' '), TestContext.Current.CancellationToken);

        if (word is null)
            Assert.Empty(candidates);
        else
            Assert.Contains(word, candidates.Select(candidate => candidate.Word));
        Assert.Equal(files, andFiles);
        Assert.DoesNotContain("generate", candidates.Select(candidate => candidate.Word));
    }

    [Fact]
    public async Task Bake_goes_on_with_the_targets_of_the_definition()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("buildx-completion-").FullName, "b.hcl");
        await File.WriteAllTextAsync(file, "group \"all\" { targets = [\"web\", \"db\"] }\ntarget \"web\" { description = \"The site\" }\ntarget \"db\" {}\ntarget \"_base\" {}\n", TestContext.Current.CancellationToken);
        var completer = new Completer(new CliContext());

        var (candidates, files) = await completer.FindAsync(["bake", "--file", file, "web", ""], TestContext.Current.CancellationToken);
        var (none, _) = await completer.FindAsync(["bake", "--file", file + ".missing", ""], TestContext.Current.CancellationToken);

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        Assert.Equal([("all", "db, web"), ("db", ""), ("web", "The site")], candidates);
        Assert.False(files);
        Assert.Empty(none);
    }

    [Fact]
    public async Task What_was_typed_chooses_and_the_last_line_says_whether_files_fit()
    {
        var output = new StringWriter();
        await new CommandRunner(new CliContext { Out = output }).RunAsync(["__complete", "build", "--no-cache-f"], TestContext.Current.CancellationToken);

        Assert.StartsWith("--no-cache-filter\t", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(":4\n", output.ToString(), StringComparison.Ordinal);
    }
}
