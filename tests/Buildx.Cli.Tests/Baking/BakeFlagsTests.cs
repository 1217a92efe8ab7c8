using Buildx.Cli.Baking;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Commands;

namespace Buildx.Cli.Tests.Baking;

public sealed class BakeFlagsTests
{
    [Fact]
    public void Shorthands_are_overrides()
    {
        var request = Read("--push", "--no-cache=false", "--pull", "--sbom=false", "--provenance=mode=max", "--set", "a.tags=x", "--check", "a");
        Assert.Equal(["a"], request.Targets);
        Assert.Equal(["a.tags=x", "*.push=true", "*.call=lint", "*.no-cache=false", "*.pull=true", "*.attest=type=sbom,disabled=true", "*.attest=type=provenance,mode=max"], request.Overrides);
    }

    [Fact]
    public void What_is_not_given_changes_nothing() => Assert.Empty(Read("a").Overrides);

    [Fact]
    public void A_URL_in_front_is_the_definition_and_a_second_one_its_context()
    {
        var request = Read("https://github.com/o/p.git", "https://github.com/o/q.git#main", "a", "b");
        Assert.Equal("https://github.com/o/p.git", request.RemoteDefinition);
        Assert.Equal("https://github.com/o/q.git#main", request.CommandContext);
        Assert.Equal(["a", "b"], request.Targets);
        Assert.Null(Read("a").RemoteDefinition);
    }

    [Fact]
    public void Variables_are_pairs()
    {
        Assert.Equal("b=c", Read("--var", "A=b=c").Variables["A"]);
        Assert.Throws<CliException>(() => Read("--var", "A"));
    }

    [Theory]
    [InlineData("targets", false, false)]
    [InlineData("variables", true, false)]
    [InlineData("type=variables,format=json", true, true)]
    public void Lists_have_a_type_and_a_format(string text, bool isOfVariables, bool asJson) =>
        Assert.Equal(new BakeList(isOfVariables, asJson), Read("--list", text).List);

    [Theory]
    [InlineData("--list=nothing")]
    [InlineData("--max-parallelism=0")]
    [InlineData("--max-parallelism=many")]
    [InlineData("--progress=loud")]
    public void Wrong_values_are_refused(string flag) => Assert.Throws<CliException>(() => Read(flag));

    [Fact]
    public void Printing_and_listing_exclude_each_other() => Assert.Throws<CliException>(() => Read("--print", "--list=targets"));

    private static BakeRequest Read(params string[] arguments)
    {
        var command = new BakeCommand();
        var invocation = CommandLineReader.Read(command, arguments, "buildx")!;
        command.RefuseUnsupported(invocation);
        return command.ReadRequest(invocation);
    }
}
