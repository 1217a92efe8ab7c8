using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Tests.Hcl;

public sealed class JsonSyntaxTests
{
    private static readonly BodySchema Schema = new([new AttributeSchema("a"), new AttributeSchema("b")], [new BlockSchema("target", "name"), new BlockSchema("plain")]);

    [Fact]
    public void Properties_are_attributes_or_blocks_as_the_schema_says()
    {
        var diagnostics = new DiagnosticBag();
        var file = HclFile.ParseJson(
            """
            {
              "//": "a comment",
              "a": "x${1 + 1}",
              "target": {
                "one": {"c": [1, true, null, {"k${1}": "${[2]}"}]},
                "two": [{"c": 1}, {"c": 2}]
              },
              "target": [{"three": {}}],
              "plain": {}
            }
            """, "x.json");
        Assert.Empty(file.Diagnostics);
        var content = file.Body.Read(Schema, diagnostics);
        Assert.Equal(["target one", "target two", "target two", "target three", "plain "], content.Blocks.Select(block => $"{block.Type} {string.Join(',', block.Labels)}"));
        Assert.Equal("x2", content.Attributes[0].Expression.Evaluate(new EvaluationScope(), diagnostics).AsString);
        var inner = content.Blocks[0].Body.ReadAttributes(diagnostics)[0].Expression.Evaluate(new EvaluationScope(), diagnostics);
        Assert.Equal("[1,true,null,{\"k1\":[2]}]", inner.ToString());
        Assert.Empty(diagnostics);
        Assert.Equal("x.json:3:3", content.Attributes[0].NameRange.ToString());
    }

    [Theory]
    [InlineData("{\"a\": }", "1:7: a JSON value should stand here, not \"}\"")]
    [InlineData("{\"a\" 1}", "1:6: a colon should follow the name of a property, not \"1\"")]
    [InlineData("{\"a\": 1,}", "1:8: behind the last property there is no comma")]
    [InlineData("{\"a\": 1,\n\n }", "1:8: behind the last property there is no comma")]
    [InlineData("{\"a\": [1 2]}", "1:10: a comma should stand before the next element, or the end of what was opened at 1:7, not \"2\"")]
    [InlineData("{a: 1}", "1:2: the name of a property, in double quotes, should stand here, not \"a\"")]
    [InlineData("{\"a\": x}", "1:7: a JSON value should stand here, not \"x\"")]
    [InlineData("{\"a\": 01}", "1:7: 01 is no number of JSON")]
    [InlineData("{\"a\": \"\\q\"}", "1:8: this is no escape of JSON")]
    [InlineData("{\"a\": \"x\n\"}", "1:9: a string must end on the line it begins on")]
    [InlineData("{\"a\": \"x", "1:7: this string is never closed")]
    [InlineData("{\"a\": 1", "1:8: a comma should stand before the next property, or the end of what was opened at 1:1, not the end of the file")]
    [InlineData("{} {}", "1:4: the file should end here")]
    [InlineData("12", "1:1: the file must be a JSON object")]
    [InlineData("", "1:1: a JSON value should stand here, not the end of the file")]
    public void Broken_JSON_is_explained(string text, string expected)
    {
        var diagnostic = Assert.Single(HclFile.ParseJson(text, "x.json").Diagnostics);
        Assert.Equal(expected, $"{diagnostic.Ranges[0].Start}: {diagnostic.Message}");
    }

    [Theory]
    [InlineData("{\"x\": 1}", "1:2: there is no attribute or block \"x\" here")]
    [InlineData("{\"target\": 1}", "1:12: a JSON object should stand here, whose properties' names are the name")]
    [InlineData("{\"target\": {}}", "1:12: a block \"target\" needs a label for its name")]
    [InlineData("{\"target\": {\"x\": 1}}", "1:18: a JSON object, or an array of objects, should stand here for the block \"target\"")]
    [InlineData("{\"a\": 1, \"a\": 2}", "1:10: attribute \"a\" was set already, at x.json:1:2")]
    public void What_does_not_fit_the_schema_is_an_error(string text, string expected)
    {
        var diagnostics = new DiagnosticBag();
        HclFile.ParseJson(text, "x.json").Body.Read(Schema, diagnostics);
        Assert.Equal(expected, $"{diagnostics[0].Ranges[0].Start}: {diagnostics[0].Message}");
    }

    [Fact]
    public void A_mistake_in_a_template_has_its_place_in_the_file()
    {
        var diagnostics = new DiagnosticBag();
        var attributes = HclFile.ParseJson("{\"a\": \"x ${y}\",\n \"b\": \"${1 +}\"}", "x.json").Body.ReadAttributes(diagnostics);
        foreach (var attribute in attributes)
            attribute.Expression.Evaluate(new EvaluationScope(), diagnostics);
        Assert.Equal(["x.json:1:12: there is no variable \"y\"", "x.json:2:13: an expression should stand here, not \"}\""], diagnostics.Select(diagnostic => diagnostic.ToString()));
    }

    [Fact]
    public void References_and_types_are_read_in_strings()
    {
        var diagnostics = new DiagnosticBag();
        var attributes = HclFile.ParseJson("{\"a\": {\"${x}\": [\"${y.z}\", 1]}, \"type\": \"list(string)\"}", "x.json").Body.ReadAttributes(diagnostics);
        Assert.Equal(["x", "y.z"], attributes[0].Expression.Variables().Select(variable => variable.ToString()));
        Assert.Equal(HclType.List(HclType.String), TypeExpression.Read(attributes[1].Expression, diagnostics));
        Assert.Empty(diagnostics);
    }
}
