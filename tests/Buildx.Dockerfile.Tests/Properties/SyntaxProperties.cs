using Buildx.Fuzz;
using FsCheck;
using FsCheck.Fluent;

namespace Buildx.Dockerfile.Tests.Properties;

public sealed class SyntaxProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(60);

    [Fact]
    public void Every_text_can_be_parsed_and_every_place_lies_in_it() => Holds(text =>
    {
        SyntaxChecks.PlacesLieWithin(text, DockerfileSyntax.Parse(text));
        SyntaxChecks.PlacesLieWithin(text, DockerfileDocument.Parse(text));
    });

    [Fact]
    public void What_is_written_reads_as_the_same_tree() => Holds(text => SyntaxChecks.ReadsAsTheSameTree(DockerfileSyntax.Parse(text)));

    [Fact]
    public void What_is_written_once_is_written_the_same_again() => Holds(text =>
    {
        var written = DockerfileSyntax.Parse(text).ToString();
        Assert.Equal(written, DockerfileSyntax.Parse(written).ToString());
    });

    [Fact]
    public void A_tree_without_its_text_is_written_from_its_parts() => Holds(text =>
    {
        var syntax = DockerfileSyntax.Parse(text);
        // What could not be taken apart is in no part, and words that a form feed held apart may make a list with a blank.
        var instructions = syntax.Instructions.Where(instruction => !instruction.HasErrors && !instruction.Text.Contains('\r')
            && InstructionReader.Keywords.Contains(instruction.Keyword.Text.ToUpperInvariant()) && instruction.Text.AsSpan().IndexOfAny("\v\f") < 0);
        SyntaxChecks.ReadsAsTheSameTree(syntax with { Instructions = [.. instructions.Select(instruction => instruction with { Text = "" })] });
    });

    private static void Holds(Action<string> property) => Prop.ForAll(DockerfileGenerators.Texts, property).Check(Thorough);
}
