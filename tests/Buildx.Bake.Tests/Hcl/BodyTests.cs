using Buildx.Bake.Hcl;

namespace Buildx.Bake.Tests.Hcl;

public sealed class BodyTests
{
    private static readonly BodySchema Targets = new([new AttributeSchema("a"), new AttributeSchema("b")], [new BlockSchema("target", "name"), new BlockSchema("group", "name")]);

    [Fact]
    public void Blocks_and_attributes_are_found_with_their_places()
    {
        var file = HclText.Parse("\uFEFFa = 1 # one\n// two\ntarget \"x\" {\n  c = [\n    1, /* in */ 2\n  ]\n}\ntarget y { c = 3 }\ngroup \"g\" {}\n");
        Assert.Empty(file.Diagnostics);
        var diagnostics = new DiagnosticBag();
        var content = file.Body.Read(Targets, diagnostics);
        Assert.Empty(diagnostics);
        Assert.Equal(["a"], content.Attributes.Select(attribute => attribute.Name));
        Assert.Equal(["target x", "target y", "group g"], content.Blocks.Select(block => $"{block.Type} {block.Labels[0]}"));
        Assert.Equal(["test.hcl:3:1", "test.hcl:8:1", "test.hcl:9:1"], content.Blocks.Select(block => block.DefinitionRange.ToString()));
        Assert.Equal(["c"], content.Blocks[1].Body.ReadAttributes(diagnostics).Select(attribute => attribute.Name));
    }

    [Fact]
    public void All_mistakes_of_a_file_are_told_at_once()
    {
        var file = HclText.Parse(
            """
            a = [1, 2
            b = 3
            target "x" {
              c = ?
              d = 'no'
              e = 1 2
              f = 1
              f = 2
            }
            target "y"
            {
            }
            g = "open
            h = 4
            target "z" { a = 1, b = 2 }
            i
            """);
        Assert.Equal(
            [
                "2:1 a comma should stand before the next element, or the end of what was opened at 1:5, not \"b\"",
                "4:7 an expression should stand here, not \"?\"",
                "5:7 single quotes are no string",
                "5:10 single quotes are no string",
                "6:9 the attribute should end here, not go on with \"2\"",
                "8:3 attribute \"f\" was set already, at test.hcl:7:3",
                "10:11 the block's opening brace must stand on the same line",
                "11:1 an attribute or a block should begin here, not \"{\"",
                "13:10 a string in quotes must end on the line it begins on",
                "15:19 a block on one line can hold only one attribute",
                "16:1 an attribute or a block should stand here, not \"i\" alone",
            ],
            file.Diagnostics.OrderBy(diagnostic => diagnostic.Ranges[0].Start).Select(diagnostic => $"{diagnostic.Ranges[0].Start} {diagnostic.Message}"));
        var found = file.Body.ReadPartly(Targets, new DiagnosticBag());
        Assert.Equal(["a", "b"], found.Attributes.Select(attribute => attribute.Name));
    }

    [Fact]
    public void What_the_schema_does_not_name_is_an_error_with_the_nearest_name()
    {
        var diagnostics = new DiagnosticBag();
        HclText.Parse("targt \"x\" {}\ntarget {}\ntarget a b {}\naa = 1\ngroup = 1\n").Body.Read(Targets, diagnostics);
        Assert.Equal(
            [
                "2:1 a block \"target\" needs a label for its name",
                "3:10 a block \"target\" has only 1 label: name",
                "4:1 there is no attribute \"aa\" here (did you mean a?)",
                "5:1 there is no attribute \"group\" here (group is a block: write it without the equals sign)",
                "1:1 there is no block \"targt\" here (did you mean target?)",
            ],
            diagnostics.Select((diagnostic, index) => $"{diagnostic.Ranges[0].Start} {diagnostic.Message}{(index < 2 ? "" : $" ({diagnostic.Hint})")}").ToArray()[..2].Concat(
                diagnostics.Skip(2).Select(diagnostic => $"{diagnostic.Ranges[0].Start} {diagnostic.Message} ({diagnostic.Hint})")));
    }

    [Fact]
    public void The_rest_of_a_body_can_be_read_later()
    {
        var diagnostics = new DiagnosticBag();
        var content = HclText.Parse("a = 1\nc = 2\n").Body.ReadPartly(Targets, diagnostics);
        Assert.Equal(["c"], content.Rest.ReadAttributes(diagnostics).Select(attribute => attribute.Name));
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void A_diagnostic_is_printed_with_its_line()
    {
        var file = HclText.Parse("target \"x\" {\n  tags = [a b]\n}\n");
        Assert.Equal(
            """
            error: test.hcl:2:13: a comma should stand before the next element, or the end of what was opened at 2:10, not "b"
              2 |   tags = [a b]
                |             ^

            """,
            DiagnosticPrinter.Print(file.Diagnostics));
    }

    [Theory]
    [InlineData("größe-1 = 1\n")]
    [InlineData("_x = 1\n")]
    [InlineData("名前 = 1\n")]
    [InlineData("a=1")]
    [InlineData("")]
    [InlineData("# only a comment")]
    [InlineData("a {\n}\n")]
    [InlineData("a { }")]
    [InlineData("a b \"c\" {\n  d = 1\n  e {\n  }\n}\r\n")]
    public void These_are_files(string text) => Assert.Empty(HclText.Parse(text).Diagnostics);
}
